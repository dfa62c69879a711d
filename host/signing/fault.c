/*
 * fault.c - what can be wrong with an image: the texts. SPDX-License-Identifier: Apache-2.0
 */
#include "signing/fault.h"

static const char bad_hash[] = "Image has an invalid hash";
static const char bad_signature[] = "No signature found for the given key";

static const struct {
    const char *text, *reason;
} faults[TWIN_FAULT_COUNT] = {
    [TWIN_FAULT_NONE] = {"no fault", ""},
    [TWIN_FAULT_SHORT] = {"The file is too short for an image", "no-image"},
    [TWIN_FAULT_MAGIC] = {"Invalid image magic; is this an MCUboot image?", "no-image"},
    [TWIN_FAULT_HEADER] = {"The header contradicts itself", "damaged"},
    [TWIN_FAULT_CUT] = {"The file ends before the image does; was it cut?", "damaged"},
    [TWIN_FAULT_TLV_MAGIC] = {"Invalid TLV info magic; is this an MCUboot image?", "damaged"},
    [TWIN_FAULT_PROT_SIZE] = {"Header and protected TLV area differ about its length", "damaged"},
    [TWIN_FAULT_TLV_OVERRUN] = {"A TLV is longer than its area", "damaged"},
    [TWIN_FAULT_TLV_PLACE] = {"A TLV stands in the wrong area", "damaged"},
    [TWIN_FAULT_TLV_LENGTH] = {"A TLV has an impossible length", "damaged"},
    [TWIN_FAULT_TLV_REPEAT] = {"A TLV stands there twice", "damaged"},
    [TWIN_FAULT_HASH] = {bad_hash, "damaged"},
    [TWIN_FAULT_LOCKED] = {bad_hash, "encrypted"},
    [TWIN_FAULT_IMAGE_KEY] = {"Image key cannot be unwrapped", "encrypted"},
    [TWIN_FAULT_PACKED] = {"The payload cannot be decompressed", "damaged"},
    [TWIN_FAULT_KEY_TYPE] = {"Key type does not match TLV record", "wrong-key"},
    [TWIN_FAULT_UNSIGNED] = {bad_signature, "unsigned"},
    [TWIN_FAULT_SIGNATURE] = {bad_signature, "wrong-key"},
};

const char *twin_fault_text(enum twin_fault fault)
{
    return faults[fault].text;
}

const char *twin_fault_reason(enum twin_fault fault)
{
    return faults[fault].reason;
}
