/*
 * test_imgtool_texts.c - from the texts of `imgtool sign`'s options to a spec, and what is refused.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"
#include "cmd_sign.h"

static void test_versions(void)
{
    static const char *const bad[] = {"",     "a",    "1.",    "1.2.3.4", "01",
                                      "1.02", "1+2",  "1.2+3", "1.2.3+",  "1.2.3+4 ",
                                      "-1",   "1..2", " 1"};
    static const char *const large[] = {"256", "1.256", "1.2.65536", "1.2.3+4294967296",
                                        "99999999999999999999"};
    struct twin_version v;

    CHECK(imgtool_sign_parse_version("7", &v) == CLI_DONE && v.major == 7 && v.build == 0);
    CHECK(imgtool_sign_parse_version("255.255.65535+4294967295", &v) == CLI_DONE);
    CHECK(v.minor == 255 && v.revision == 65535 && v.build == 4294967295u);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        CHECK_EQ(imgtool_sign_parse_version(bad[i], &v), CLI_USAGE);
    }
    for (size_t i = 0; i < sizeof(large) / sizeof(large[0]); i++) {
        CHECK_EQ(imgtool_sign_parse_version(large[i], &v), CLI_REFUSED);
    }
}

static void test_option_texts(void)
{
    static const char *const bad[] = {"",      "1,2.0",  "(1)",      "(1,)",
                                      "(a,1)", "(1,2.0", "(1,2.0 )", "(1,2.0)(2"};
    static const uint8_t dns_example[] = {0xcf, 0xbf, 0xf0, 0xd1, 0x93, 0x75, 0x56, 0x85,
                                          0x96, 0x8c, 0x48, 0xce, 0x8b, 0x15, 0xae, 0x17};

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct sign_run run = {0};
        CHECK_EQ(imgtool_sign_set_dependencies(&run, bad[i]), CLI_USAGE);
        imgtool_sign_free(&run);
    }
    struct sign_run run = {0};
    CHECK_EQ(imgtool_sign_set_dependencies(&run, "(1, 2.0.0), (255,3.1+0) "), CLI_USAGE);
    imgtool_sign_free(&run);
    run = (struct sign_run){.spec.version = {1, 2, 3, 4}};
    struct twin_sign_spec *spec = &run.spec;
    CHECK_EQ(imgtool_sign_set_dependencies(&run, "(1, 2.0.0), (255,3.1)"), CLI_DONE);
    CHECK(spec->dependency_count == 2 && spec->dependencies[1].image == 255);
    CHECK(spec->dependencies[1].version.major == 3 && spec->dependencies[1].version.minor == 1);
    CHECK_EQ(imgtool_sign_set_counter(spec, "auto"), CLI_DONE);
    CHECK_EQ(spec->security_counter, 0x01020003);
    CHECK_EQ(imgtool_sign_set_counter(spec, "4294967296"), CLI_REFUSED);
    CHECK_EQ(imgtool_sign_set_uuids(spec, "example.com", NULL), CLI_DONE);
    CHECK_MEM(spec->vid, dns_example, TWIN_UUID_LEN);
    CHECK_EQ(imgtool_sign_set_uuids(spec, NULL, "name"), CLI_REFUSED);
    imgtool_sign_free(&run);
}

/* One --custom-tlv after the other; what they come to. */
static int custom(struct sign_run *run, const char **words, size_t count)
{
    const struct cli_list texts = {words, count}, files = {NULL, 0};

    imgtool_sign_free(run);
    *run = (struct sign_run){0};
    return imgtool_sign_set_custom(run, &texts, &files);
}

static void test_custom_tlvs(void)
{
    static const char *bad[][2] = {
        {"0x10", "x"}, {"0x10000", "x"}, {"-1", "x"}, {"0xa1", "0x0"}, {"0xffff", "x"}};
    const char *good[] = {"0xa0", "0x01ff", "0xa3", "text", "0xfffe", ""};
    const char *twice[] = {"0xa0", "x", "160", "x"};
    const char *no_hex[] = {"0xa2", "0x0g"}, *no_tag[] = {"tag", "x"};
    struct sign_run run = {0};

    CHECK_EQ(custom(&run, good, 6), CLI_DONE);
    CHECK(run.spec.custom_count == 3 && run.spec.custom[0].type == 0xa0);
    CHECK(run.spec.custom[0].value.len == 2 && run.spec.custom[0].value.ptr[1] == 0xff);
    CHECK(run.spec.custom[1].value.len == 4 && run.spec.custom[2].value.len == 0);
    CHECK_MEM(run.spec.custom[1].value.ptr, "text", 4);
    CHECK_EQ(custom(&run, twice, 4), CLI_USAGE);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        CHECK_EQ(custom(&run, bad[i], 2), CLI_USAGE);
    }
    CHECK_EQ(custom(&run, no_hex, 2), CLI_REFUSED);
    CHECK_EQ(custom(&run, no_tag, 2), CLI_REFUSED);
    imgtool_sign_free(&run);
}

int main(void)
{
    test_versions();
    test_option_texts();
    test_custom_tlvs();
    return check_report();
}
