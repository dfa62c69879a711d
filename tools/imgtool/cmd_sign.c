/*
 * cmd_sign.c - the options of `imgtool sign`, also called `create`.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cmd_sign.h"
#include "commands.h"
#include "signing/downgrade.h"
#include "signing/fit.h"

/* The order of each list is the order of the values that sign_spec.c reads. */
static const char *const endians[] = {"little", "big", NULL};
static const char *const aligns[] = {"1", "2", "4", "8", "16", "32", NULL};
static const char *const max_aligns[] = {"8", "16", "32", NULL};
static const char *const erased_vals[] = {"0", "0xff", NULL};
static const char *const key_formats[] = {"hash", "full", NULL};
static const char *const shas[] = {"auto", "256", "384", "512", NULL};
static const char *const hmac_shas[] = {"auto", "256", "512", NULL};
static const char *const vectors[] = {"payload", "digest", NULL};
static const char *const keylens[] = {"128", "256", NULL};
static const char *const compressions[] = {"disabled", "lzma2", "lzma2armthumb", NULL};

#define AT(member) .offset = offsetof(struct sign_opts, member)

static const struct cli_opt options[] = {
    {"version", 'v', CLI_TEXT, AT(version), .arg = "VERSION", .required = true,
     .help = "Version of the image, MAJOR[.MINOR[.REVISION[+BUILD]]]"},
    {"header-size", 'H', CLI_TEXT, AT(header_size), .arg = "N|auto", .required = true,
     .help = "Bytes in front of the payload, 32 to 65535; auto, with --pad-header, is the least"},
    {"pad-header", 0, CLI_FLAG, AT(pad_header),
     .help = "The input has no room for the header: put it in front"},
    {"included-header", 0, CLI_FLAG, AT(included_header), .hidden = true,
     .help = "The input has room for the header, as without --pad-header; for old scripts"},
    {"pad-value", 0, CLI_CHOICE, AT(pad_value), .choices = erased_vals,
     .help = "--pad-header, with this value in all padding"},
    {"slot-size", 'S', CLI_U32, AT(slot_size), .arg = "N", .required = true,
     .help = "Bytes of the slot, of the smaller one if they differ; 0 checks nothing"},
    {"primary-size", 0, CLI_U32, AT(primary_size), .arg = "N", .def = "0",
     .help = "Bytes of the primary slot for --swap, if it has another size than --slot-size"},
    {"secondary-size", 0, CLI_U32, AT(secondary_size), .arg = "N", .def = "0",
     .help = "Bytes of the secondary slot for --swap, if it has another size than --slot-size"},
    {"key", 'k', CLI_TEXT, AT(key), .arg = "FILE|URI",
     .help = "Private key that signs: a PEM file, or pkcs11: for a key in a token"},
    {"public-key-format", 0, CLI_CHOICE, AT(public_key_format), .choices = key_formats,
     .def = "hash", .help = "How the image names the key: by its hash, or in full"},
    {"sha", 0, CLI_CHOICE, AT(sha), .choices = shas, .def = "auto",
     .help = "Hash of the image; auto takes what suits the key"},
    {"pure", 0, CLI_FLAG, AT(pure), .help = "Sign the image itself, not its hash (Ed25519 only)"},
    {"pad-sig", 0, CLI_FLAG, AT(pad_sig),
     .help = "Pad an ECDSA signature with zeros to its full length, for very old loaders"},
    {"security-counter", 's', CLI_TEXT, AT(security_counter), .arg = "N|auto",
     .help = "Counter against going back to older images; auto makes it from the version"},
    {"dependencies", 'd', CLI_TEXT, AT(dependencies), .arg = "LIST",
     .help = "Images this one needs, and their lowest versions: \"(1, 2.0.0), (2, 1.1)\""},
    {"boot-record", 0, CLI_TEXT, AT(boot_record), .arg = "SW_TYPE",
     .help = "Add a record for attestation about a component of this type (12 characters at most)"},
    {"vid", 0, CLI_TEXT, AT(vid), .arg = "UUID|NAME", .help = "Vendor: a UUID, or a domain name"},
    {"cid", 0, CLI_TEXT, AT(cid), .arg = "UUID|NAME",
     .help = "Class of device: a UUID, or a name that the vendor gave"},
    {"custom-tlv", 0, CLI_REPEAT, AT(custom_tlv), .arg = "TAG VALUE", .values = 2,
     .help = "Add a protected TLV; VALUE is text, or bytes after 0x. May be repeated"},
    {"custom-tlv-file", 0, CLI_REPEAT, AT(custom_tlv_file), .arg = "TAG FILE", .values = 2,
     .help = "The same with the content of a file"},
    {"load-addr", 'L', CLI_I64, AT(load_addr), .arg = "ADDR", .max = UINT32_MAX,
     .help = "RAM address that the loader copies the image to"},
    {"rom-fixed", 'F', CLI_I64, AT(rom_fixed), .arg = "ADDR", .max = UINT32_MAX,
     .help = "Flash address that the image was linked for"},
    {"non-bootable", 0, CLI_FLAG, AT(non_bootable), .help = "Mark the image as not to be started"},
    {"endian", 'e', CLI_CHOICE, AT(endian), .choices = endians, .def = "little",
     .help = "Byte order of header and TLVs"},
    {"pad", 0, CLI_FLAG, AT(pad), .help = "Fill the whole slot and mark the image for an update"},
    {"test", 0, CLI_FLAG, AT(test), .help = "The same, on trial (as --pad)"},
    {"confirm", 0, CLI_FLAG, AT(confirm), .help = "The same, confirmed already"},
    {"align", 0, CLI_CHOICE, AT(align), .choices = aligns, .def = "1",
     .help = "Bytes that the flash writes at once"},
    {"max-align", 0, CLI_CHOICE, AT(max_align), .choices = max_aligns,
     .help = "Alignment of the trailer's fields [default: 8, or --align if that is larger]"},
    {"max-sectors", 'M', CLI_U32, AT(max_sectors), .arg = "N", .def = "128", .min = 1, .max = 65536,
     .help = "Sectors that the trailer has entries for"},
    {"overwrite-only", 0, CLI_FLAG, AT(overwrite_only),
     .help = "The loader copies instead of swapping: the trailer is small"},
    {"swap", 0, CLI_CHOICE, AT(swap), .choices = twin_fit_mode_names,
     .help = "Refuse an image that does not fit when the loader works in this mode"},
    {"sector-size", 0, CLI_U32, AT(sector_size), .arg = "N", .def = "4096", .min = 1,
     .max = UINT32_MAX, .help = "Bytes of a flash sector, for --swap"},
    {"replaces", 0, CLI_TEXT, AT(replaces), .arg = "FILE",
     .help = "Image that is installed: refuse what a loader against downgrades would refuse"},
    {"no-downgrade", 0, CLI_CHOICE, AT(no_downgrade), .choices = twin_downgrade_rule_names,
     .help = "What that loader compares with --replaces [default: version]"},
    {"erased-val", 'R', CLI_CHOICE, AT(erased_val), .choices = erased_vals,
     .help = "What erased flash reads as [default: 0xff]"},
    {"hex-addr", 'x', CLI_I64, AT(hex_addr), .arg = "ADDR", .min = 0, .max = UINT32_MAX,
     .help = "Address of the image in a .hex output"},
    {"encrypt", 'E', CLI_TEXT, AT(encrypt), .arg = "FILE",
     .help = "Encrypt for the device that has this key (public or private PEM)"},
    {"encrypt-kek", 0, CLI_TEXT, AT(encrypt_kek), .arg = "FILE",
     .help = "Encrypt, with the image key wrapped by this AES key (16 or 32 bytes, raw or hex)"},
    {"encrypt-keylen", 0, CLI_CHOICE, AT(encrypt_keylen), .choices = keylens, .def = "128",
     .help = "Bits of the image key"},
    {"hmac-sha", 0, CLI_CHOICE, AT(hmac_sha), .choices = hmac_shas, .def = "auto",
     .help = "Hash of the key exchange; 512 for X25519 only"},
    {"clear", 'c', CLI_FLAG, AT(clear),
     .help = "Add the key but leave the payload readable: for programming the primary slot only"},
    {"save-enctlv", 0, CLI_FLAG, AT(save_enctlv),
     .help = "The loader keeps the wrapped keys in the trailer"},
    {"compression", 0, CLI_CHOICE, AT(compression), .choices = compressions, .def = "disabled",
     .help = "Compress the payload if that makes it smaller"},
    {"vector-to-sign", 0, CLI_CHOICE, AT(vector_to_sign), .choices = vectors,
     .help = "Write what has to be signed elsewhere instead of an image"},
    {"fix-sig", 0, CLI_TEXT, AT(fix_sig), .arg = "FILE",
     .help = "Take this signature (base64), which was made elsewhere; it is checked"},
    {"fix-sig-pubkey", 0, CLI_TEXT, AT(fix_sig_pubkey), .arg = "FILE|URI",
     .help = "Public key of the signature that is made elsewhere"},
    {"sig-out", 0, CLI_TEXT, AT(sig_out), .arg = "FILE",
     .help = "Write the signature to this file too, as base64"},
    {"audit", 0, CLI_TEXT, AT(audit), .arg = "FILE",
     .help = "Append a line about this signature to FILE; without it no image is written"},
    {"quiet", 'q', CLI_FLAG, AT(quiet),
     .help = "Nothing on stdout; errors and warnings are on stderr as always"},
    {.name = NULL},
};

#define SHARED                                                                                     \
    .args = "INFILE OUTFILE", .help = "Create a signed or unsigned image",                         \
    .more = "INFILE and OUTFILE are Intel HEX if their names end in .hex, else raw binary. The "   \
            "signature is checked before OUTFILE is written, and OUTFILE is replaced as a whole.", \
    .options = options, .opts_size = sizeof(struct sign_opts), .run = imgtool_sign_run

const struct cli_cmd cmd_sign = {.path = "sign", SHARED};
const struct cli_cmd cmd_create = {.path = "create", SHARED};
