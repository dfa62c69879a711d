/*
 * hostile_image.h - images made by somebody who knows the format: each way to be wrong alone,
 * everything else right and signed. The bootloader's reader and imgtool's are both held to them.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "support/signed_image.h"
#include "twin/image.h"

#define HOSTILE_BYTES_MAX 4096u

/* What an entry holds; each is right for the image it stands in. */
enum hostile_content {
    NOTHING,
    SHA,      /* the image's hash */
    OURS,     /* hash of our key */
    OTHER,    /* hash of a key the device has, too, when told so */
    FOREIGN,  /* hash of a key that no device has */
    SIG,      /* by our key */
    SIG_BAD,  /* by our key, of something else */
    SIG_OTHER /* by the other key */
};

struct hostile_entry {
    uint16_t type, len;
    enum hostile_content content; /* cut off or followed by zeros when len differs */
    bool is_protected;
};

#define ENTRY_MAX 8
#define HASH_TLV                                                                                   \
    {                                                                                              \
        TWIN_TLV_SHA256, 32, SHA, false                                                            \
    }
#define KEY_TLV                                                                                    \
    {                                                                                              \
        TWIN_TLV_KEYHASH, 32, OURS, false                                                          \
    }
#define SIG_TLV                                                                                    \
    {                                                                                              \
        TWIN_TLV_RSA2048, 256, SIG, false                                                          \
    }
#define SOUND HASH_TLV, KEY_TLV, SIG_TLV

/* How an image is made; zero is the usual. */
struct hostile_making {
    struct hostile_entry entries[ENTRY_MAX];
    bool has_protected;              /* also without an entry in it */
    uint16_t prot_extra, free_extra; /* bytes behind the last entry */
    uint32_t flags;
};

/* The keys that the contents speak of; to be made with test_key_make() before the first image. */
struct hostile_keys {
    struct test_key ours, other;
};

/* Make an image. bytes: out; HOSTILE_BYTES_MAX of room. Returns its length, header to last TLV. */
uint32_t hostile_image_make(const struct hostile_making *making, const struct hostile_keys *keys,
                            uint8_t *bytes);

/* Sound images that look unusual, and images that could be read in more than one way. */
struct hostile_image {
    const char *what;
    struct hostile_making making;
    twin_err_t want; /* of who knows our key only */
};
extern const struct hostile_image hostile_images[];
extern const size_t hostile_image_count;
