/*
 * test_base.c - what the libraries of the host share: buffers, files, secrets, hex, questions.
 * SPDX-License-Identifier: Apache-2.0
 */
#define _XOPEN_SOURCE 700
#include "base/ask.h"
#include "base/file.h"
#include "base/hex.h"
#include "check.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Address sanitizers end a program that asks for too much, unless they are told not to. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}

static bool holds(const struct twin_buf *buf, const char *text)
{
    return buf->len == strlen(text) && memcmp(buf->data, text, buf->len) == 0;
}

static void test_buf(void)
{
    struct twin_buf buf = {0}, other = {0};
    struct twin_error error;

    twin_buf_add(&buf, "ab", 2);
    twin_buf_add(&buf, NULL, 0);
    twin_buf_text(&buf, "%d-%s", 12, "x");
    twin_buf_fill(&buf, '.', 3);
    CHECK(holds(&buf, "ab12-x..."));
    twin_buf_hex(&other, twin_buf_span(&buf));
    CHECK_EQ(strcmp((const char *)other.data, "616231322d782e2e2e"), 0);
    twin_buf_append(&buf, &other);
    CHECK(buf.len == 9 + 18 && !buf.failed);
    twin_buf_move(&buf, &other);
    CHECK(holds(&buf, "616231322d782e2e2e") && other.data == NULL && other.len == 0);
    CHECK_EQ(twin_buf_check(&buf, &error), TWIN_ERROR_NONE);
    twin_buf_free(&buf);

    twin_buf_add_u16(&buf, false, 0x1234);
    twin_buf_add_u16(&buf, true, 0x1234);
    twin_buf_add_u32(&buf, false, 0x12345678);
    twin_buf_add_u32(&buf, true, 0x12345678);
    CHECK_MEM(buf.data, "\x34\x12\x12\x34\x78\x56\x34\x12\x12\x34\x56\x78", 12);
    twin_buf_free_secret(&buf);
    CHECK(buf.data == NULL && buf.len == 0 && buf.cap == 0);
}

/* Grown step by step, it holds the same as put together at once. */
static void test_buf_growth(void)
{
    struct twin_buf buf = {0};

    for (unsigned i = 0; i < 70000; i++) {
        twin_buf_add(&buf, &(uint8_t){(uint8_t)(i * 7)}, 1);
    }
    CHECK_EQ(buf.len, 70000);
    for (unsigned i = 0; i < buf.len; i++) {
        if (buf.data[i] != (uint8_t)(i * 7)) {
            CHECK(false);
        }
    }
    twin_buf_free(&buf);
}

/* Lack of memory is remembered, leaves what was there, and goes on to what the buffer is put in. */
static void test_buf_failure(void)
{
    struct twin_buf buf = {0}, outer = {0};
    struct twin_error error;

    twin_buf_add(&buf, "abc", 3);
    twin_buf_fill(&buf, 0, SIZE_MAX / 4);
    CHECK(buf.failed && holds(&buf, "abc"));
    twin_buf_add(&buf, "d", 1);
    twin_buf_text(&buf, "%d", 1);
    twin_buf_hex(&buf, twin_span_text("e"));
    twin_buf_add_u32(&buf, true, 1);
    CHECK(holds(&buf, "abc"));
    CHECK_EQ(twin_buf_check(&buf, &error), TWIN_ERROR_REFUSED);
    CHECK(error.code == TWIN_ERROR_REFUSED && strcmp(error.why, "out of memory") == 0);
    twin_buf_append(&outer, &buf);
    CHECK(outer.failed && outer.len == 3);
    twin_buf_free(&outer);
    CHECK(!outer.failed);
    twin_buf_fill(&outer, 0, SIZE_MAX); /* more than can be counted with what is there */
    CHECK(outer.failed && outer.len == 0);
    twin_buf_free(&outer);
    twin_buf_free(&buf);
}

static void test_hex(void)
{
    static const char digits[] = "0123456789abcdefABCDEF";
    char text[9];
    uint8_t bytes[4];

    CHECK_EQ(strcmp(twin_hex_text((struct twin_span){(const uint8_t *)"\x00\x9a\xff", 3}, text),
                    "009aff"),
             0);
    CHECK_EQ(strcmp(twin_hex_text((struct twin_span){NULL, 0}, text), ""), 0);
    CHECK(twin_hex_bytes("00DeADff", 8, bytes));
    CHECK_MEM(bytes, "\x00\xde\xad\xff", 4);
    CHECK(twin_hex_bytes("", 0, bytes));
    CHECK(!twin_hex_bytes("0", 1, bytes) && !twin_hex_bytes("0x", 2, bytes));
    CHECK(!twin_hex_bytes("0 ", 2, bytes) && !twin_hex_bytes("g0", 2, bytes));
    for (int c = -128; c < 128; c++) { /* also what is no ASCII */
        const char *at = c > 0 ? strchr(digits, c) : NULL;
        const int place = at != NULL ? (int)(at - digits) : -1;
        CHECK_EQ(twin_hex_digit((char)c), place < 16 ? place : place - 6);
    }
}

static bool content_is(const char *path, const char *text)
{
    struct twin_buf bytes = {0};
    bool same = twin_file_read(path, 1000, &bytes) == 0 && bytes.len == strlen(text) &&
                memcmp(bytes.data, text, bytes.len) == 0;

    twin_buf_free(&bytes);
    return same;
}

static unsigned mode_of(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0 ? info.st_mode & 0777u : 0;
}

static void test_files(void)
{
    char folder[] = "/tmp/test_base.XXXXXX";
    struct twin_buf bytes = {0};

    CHECK(mkdtemp(folder) != NULL && chdir(folder) == 0);
    umask(022);
    CHECK_EQ(twin_file_read("none", 10, &bytes), ENOENT);
    CHECK_EQ(twin_file_read(".", 10, &bytes), EISDIR);
    CHECK_EQ(twin_file_write("a", "hello", 5, TWIN_FILE_REPLACE), 0);
    CHECK(content_is("a", "hello") && mode_of("a") == 0644);
    CHECK_EQ(twin_file_read("a", 4, &bytes), EFBIG);
    CHECK_EQ(twin_file_read("a", 5, &bytes), 0);
    CHECK_EQ(twin_file_read("a", 4, &bytes), EFBIG);
    CHECK(bytes.len == 5); /* what failed has left nothing behind */
    CHECK_EQ(twin_file_read("a", 5, &bytes), 0);
    CHECK(bytes.len == 10 && memcmp(bytes.data, "hellohello", 10) == 0);
    twin_buf_fill(&bytes, 0, SIZE_MAX / 4);
    CHECK_EQ(twin_file_read("a", 5, &bytes), ENOMEM);
    twin_buf_free(&bytes);

    CHECK_EQ(twin_file_write("a", "other", 5, TWIN_FILE_NEW), EEXIST);
    CHECK(content_is("a", "hello"));
    CHECK_EQ(chmod("a", 0640), 0);
    CHECK_EQ(twin_file_write("a", "", 0, TWIN_FILE_REPLACE), 0);
    CHECK(content_is("a", "") && mode_of("a") == 0640);
    CHECK_EQ(twin_file_write("k", "key", 3, TWIN_FILE_NEW | TWIN_FILE_SECRET), 0);
    CHECK(content_is("k", "key") && mode_of("k") == 0600);
    CHECK_EQ(twin_file_write("k", "new", 3, TWIN_FILE_NEW | TWIN_FILE_SECRET), EEXIST);

    /* A link stays a link, and a folder that is not there is an error that leaves nothing. */
    CHECK_EQ(symlink("a", "link"), 0);
    CHECK_EQ(twin_file_write("link", "through", 7, TWIN_FILE_REPLACE), 0);
    CHECK(content_is("a", "through"));
    CHECK_EQ(twin_file_write("no/where", "x", 1, TWIN_FILE_REPLACE), ENOENT);
    CHECK_EQ(twin_file_write(".", "x", 1, TWIN_FILE_REPLACE), EISDIR);
    CHECK_EQ(twin_file_write("/dev/null", "x", 1, TWIN_FILE_REPLACE), 0);
    CHECK_EQ(unlink("link") | unlink("a") | unlink("k"), 0);
    CHECK_EQ(chdir("/") | rmdir(folder), 0); /* nothing temporary was left */
}

static enum twin_secret_state read_line(const char *bytes, size_t len, struct twin_secret *secret,
                                        char *rest)
{
    int ends[2];
    ssize_t left = 0;

    CHECK_EQ(pipe(ends), 0);
    CHECK_EQ(write(ends[1], bytes, len), len);
    close(ends[1]);
    enum twin_secret_state state = twin_secret_read(ends[0], secret);
    left = read(ends[0], rest, 1);
    rest[left > 0] = '\0';
    close(ends[0]);
    return state;
}

static void test_secret_read(void)
{
    struct twin_secret secret;
    char rest[2], longest[TWIN_SECRET_MAX + 1];

    CHECK_EQ(read_line("abc\nd", 5, &secret, rest), TWIN_SECRET_READ);
    CHECK(strcmp(secret.text, "abc") == 0 && secret.len == 3 && rest[0] == 'd');
    CHECK_EQ(read_line("abc\r\n", 5, &secret, rest), TWIN_SECRET_READ);
    CHECK(strcmp(secret.text, "abc") == 0);
    CHECK_EQ(read_line("abc", 3, &secret, rest), TWIN_SECRET_READ); /* no end of line */
    CHECK_EQ(read_line("\n", 1, &secret, rest), TWIN_SECRET_READ);
    CHECK_EQ(secret.len, 0);
    CHECK_EQ(read_line("", 0, &secret, rest), TWIN_SECRET_NONE);
    CHECK_EQ(read_line("ab\x03", 3, &secret, rest), TWIN_SECRET_NONE);
    CHECK_EQ(read_line("a\0b\n", 4, &secret, rest), TWIN_SECRET_UNUSABLE);
    CHECK_EQ(twin_secret_read(-1, &secret), TWIN_SECRET_NONE);
    memset(longest, 'x', sizeof(longest));
    CHECK_EQ(read_line(longest, TWIN_SECRET_MAX - 1, &secret, rest), TWIN_SECRET_READ);
    CHECK_EQ(secret.len, TWIN_SECRET_MAX - 1);
    CHECK_EQ(read_line(longest, TWIN_SECRET_MAX, &secret, rest), TWIN_SECRET_UNUSABLE);
}

/* A variable is taken: no child gets it, and its place in memory is overwritten. */
static void test_secret_from_env(void)
{
    struct twin_secret secret;
    char longest[TWIN_SECRET_MAX + 1];

    CHECK_EQ(twin_secret_from_env("TWIN_TEST_SECRET", &secret), TWIN_SECRET_NONE);
    CHECK_EQ(setenv("TWIN_TEST_SECRET", "word", 1), 0);
    const char *place = getenv("TWIN_TEST_SECRET");
    CHECK_EQ(twin_secret_from_env("TWIN_TEST_SECRET", &secret), TWIN_SECRET_READ);
    CHECK(strcmp(secret.text, "word") == 0 && secret.len == 4);
    CHECK(getenv("TWIN_TEST_SECRET") == NULL && place[0] == '\0' && place[3] == '\0');
    memset(longest, 'x', TWIN_SECRET_MAX);
    longest[TWIN_SECRET_MAX] = '\0';
    CHECK_EQ(setenv("TWIN_TEST_SECRET", longest, 1), 0);
    CHECK_EQ(twin_secret_from_env("TWIN_TEST_SECRET", &secret), TWIN_SECRET_UNUSABLE);
    CHECK_EQ(unsetenv("TWIN_TEST_SECRET"), 0);
    twin_wipe(&secret, sizeof(secret));
    CHECK(secret.text[0] == 0 && secret.text[3] == 0 && secret.len == 0);
}

/* In a process of its own: a leak checker could not look into this one afterwards. */
static void test_no_dumps(void)
{
    struct rlimit limit;
    int status = -1;
    const pid_t child = fork();

    if (child == 0) {
        twin_secret_no_dumps();
        _Exit(getrlimit(RLIMIT_CORE, &limit) != 0 || limit.rlim_cur != 0 || limit.rlim_max != 0);
    }
    CHECK(child > 0 && waitpid(child, &status, 0) == child);
    CHECK_EQ(status, 0);
}

static enum twin_error_code refuse(void *ctx, enum twin_ask_for what, const char *of,
                                   struct twin_secret *secret, struct twin_error *error)
{
    (void)ctx;
    (void)secret;
    return twin_error_set(error, TWIN_ERROR_INTERRUPTED, "%d %s", (int)what, of);
}

static void remember(void *ctx, const char *text)
{
    strcpy(ctx, text);
}

static void test_ask(void)
{
    char said[100] = "";
    const struct twin_ask ask = {said, refuse, remember, remember}, deaf = {0};
    struct twin_secret secret;
    struct twin_error error;

    CHECK_EQ(twin_ask_secret(&ask, TWIN_ASK_PIN, "token", &secret, &error), TWIN_ERROR_INTERRUPTED);
    CHECK_EQ(strcmp(error.why, "1 token"), 0);
    twin_ask_warn(&ask, "%s is %d", "this", 5);
    CHECK_EQ(strcmp(said, "this is 5"), 0);
    twin_ask_note(&ask, "Look.");
    CHECK_EQ(strcmp(said, "Look."), 0);

    /* Nobody there: an error that says so, and silence. */
    CHECK_EQ(twin_ask_secret(NULL, TWIN_ASK_PASSPHRASE, "a.pem", &secret, &error),
             TWIN_ERROR_USAGE);
    CHECK(strstr(error.why, "a.pem") != NULL && strstr(error.why, "passphrase") != NULL);
    CHECK_EQ(twin_ask_secret(&deaf, TWIN_ASK_PIN, "token", &secret, &error), TWIN_ERROR_USAGE);
    CHECK(strstr(error.why, "PIN") != NULL);
    twin_ask_warn(NULL, "%s", "x");
    twin_ask_warn(&deaf, "%s", "x");
    twin_ask_note(NULL, "x");
    twin_ask_note(&deaf, "x");
}

int main(void)
{
    test_buf();
    test_buf_growth();
    test_buf_failure();
    test_hex();
    test_files();
    test_secret_read();
    test_secret_from_env();
    test_no_dumps();
    test_ask();
    return check_report();
}
