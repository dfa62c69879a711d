/*
 * test_console.c - console framing: whatever arrives on a serial line.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"
#include "twin/base64.h"
#include "twin/console.h"
#include "twin/crc16.h"
#include <stdlib.h>

#define BUF 512

static struct twin_console_decoder decoder;
static uint8_t buf[BUF];

/* What a run of bytes led to. */
static struct {
    unsigned packets, texts, dropped;
    uint8_t packet[BUF];
    size_t packet_len;
    char text[1024]; /* all text lines, with '|' behind each */
} seen;

static void reset(void)
{
    twin_console_decoder_init(&decoder, buf, sizeof(buf));
    memset(&seen, 0, sizeof(seen));
}

static void feed(const void *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        switch (twin_console_decode(&decoder, ((const uint8_t *)bytes)[i])) {
        case TWIN_CONSOLE_PACKET:
            seen.packets++;
            seen.packet_len = decoder.packet.len;
            memcpy(seen.packet, decoder.packet.ptr, decoder.packet.len);
            break;
        case TWIN_CONSOLE_TEXT:
            seen.texts++;
            strncat(seen.text, (const char *)decoder.text.ptr, decoder.text.len);
            strcat(seen.text, "|");
            break;
        case TWIN_CONSOLE_DROPPED:
            seen.dropped++;
            break;
        case TWIN_CONSOLE_NONE:
            break;
        }
    }
}

static void feed_text(const char *text)
{
    feed(text, strlen(text));
}

/* A packet of len bytes 0, 1, 2 ... */
static struct twin_span pattern(size_t len)
{
    static uint8_t bytes[2 * BUF];

    for (size_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (uint8_t)i;
    }
    return (struct twin_span){bytes, len};
}

static size_t encode(size_t len, uint8_t *out, size_t cap)
{
    size_t out_len;

    CHECK_EQ(twin_console_encode(pattern(len), out, cap, &out_len), TWIN_OK);
    return out_len;
}

static void check_seen_pattern(size_t len)
{
    CHECK_EQ(seen.packets, 1);
    CHECK_EQ(seen.packet_len, len);
    CHECK_MEM(seen.packet, pattern(len).ptr, len);
}

/* Write a packet with lines that carry `piece` bytes each, as other senders may. */
static size_t encode_pieces(size_t len, size_t piece, const char *end, char *out)
{
    uint8_t raw[BUF + 4];
    size_t total = len + 4, written = 0;

    twin_put_be16(raw, (uint16_t)(len + 2));
    memcpy(raw + 2, pattern(len).ptr, len);
    twin_put_be16(raw + 2 + len, twin_crc16(0, raw + 2, len));
    for (size_t i = 0; i < total; i += piece) {
        size_t here = total - i < piece ? total - i : piece;
        memcpy(out + written, i == 0 ? "\x06\x09" : "\x04\x14", 2);
        written += 2 + twin_base64_encode(raw + i, here, out + written + 2);
        memcpy(out + written, end, strlen(end));
        written += strlen(end);
    }
    return written;
}

static void test_every_length(void)
{
    uint8_t line[BUF * 2];

    for (size_t len = 1; len <= BUF - TWIN_CONSOLE_OVERHEAD; len++) {
        size_t out_len = encode(len, line, TWIN_CONSOLE_ENCODED_MAX(len));
        CHECK_EQ(out_len, TWIN_CONSOLE_ENCODED_MAX(len));
        reset();
        feed(line, out_len);
        check_seen_pattern(len);
        CHECK_EQ(seen.dropped + seen.texts, 0);
        for (size_t i = 0, start = 0; i < out_len; i++) {
            if (line[i] == '\n') {
                CHECK(i + 1 - start <= TWIN_CONSOLE_LINE_MAX);
                start = i + 1;
            }
        }
    }
}

static void test_encode_limits(void)
{
    static uint8_t big[0x10000], out[TWIN_CONSOLE_ENCODED_MAX(0x10000)];
    size_t len;

    CHECK_EQ(twin_console_encode((struct twin_span){big, 0}, out, sizeof(out), &len), TWIN_E_ARG);
    CHECK_EQ(twin_console_encode((struct twin_span){big, 65534}, out, sizeof(out), &len),
             TWIN_E_ARG);
    CHECK_EQ(twin_console_encode((struct twin_span){big, 65533}, out, sizeof(out), &len), TWIN_OK);
    CHECK_EQ(twin_console_encode(pattern(94), out, TWIN_CONSOLE_ENCODED_MAX(94) - 1, &len),
             TWIN_E_SPACE);
    CHECK_EQ(len, 0);
}

/* Pieces of any size; so the CRC is split over two lines too, and lines get longer than 127. */
static void test_any_piece(void)
{
    static char line[8 * BUF];

    for (size_t piece = 1; piece <= 300; piece++) {
        reset();
        feed(line, encode_pieces(200, piece, piece % 2 == 0 ? "\n" : "\r\n", line));
        check_seen_pattern(200);
        CHECK_EQ(seen.dropped + seen.texts, 0);
    }
}

static void test_log_between(void)
{
    char lines[BUF];
    size_t len = encode_pieces(100, 93, "\nuart: hello\r\n\n", lines);

    reset();
    feed_text("booting\n");
    feed(lines, len);
    check_seen_pattern(100);
    CHECK(strcmp(seen.text, "booting|uart: hello|uart: hello|") == 0);
}

static void test_marker_inside_a_line(void)
{
    char lines[BUF];
    size_t len = encode_pieces(100, 93, "\nshell:~$ ", lines);

    reset();
    feed_text("shell:~$ ");
    feed(lines, len);
    check_seen_pattern(100);
    CHECK_EQ(seen.texts, 0);
    feed_text("x\n"); /* the prompt was kept */
    CHECK(strcmp(seen.text, "shell:~$ x|") == 0);
}

/* The newline between two lines of a packet got lost. */
static void test_lost_newline(void)
{
    char lines[BUF];
    size_t len = encode_pieces(100, 93, "", lines);

    reset();
    feed(lines, len);
    feed_text("\n");
    check_seen_pattern(100);
}

/* A packet needs no end of its line, and nothing on the rest of that line counts. */
static void test_end_of_a_packet(void)
{
    static const char *const ends[] = {
        "", "\r", "\r\n", "\n", "uart:~$ ", " [00:01] log\r\n", "AAAA\n", "=\n", "\x04", "\x06"};
    char line[BUF];

    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        for (size_t len = 92; len <= 94; len++) { /* without padding, with one and with two '=' */
            reset();
            size_t framed = encode(len, (uint8_t *)line, sizeof(line));
            feed(line, framed - 2);
            CHECK_EQ(seen.packets, 0); /* not a character too early */
            feed(line + framed - 2, 1);
            check_seen_pattern(len);
            feed_text(ends[i]);
            feed_text("\nlog\n");
            CHECK_EQ(seen.packets, 1);
            CHECK_EQ(seen.dropped, 0);
            CHECK(strcmp(seen.text, "log|") == 0);
            feed(line, framed);
            CHECK_EQ(seen.packets, 2);
        }
    }
}

/* A prompt behind the first packet, the next one on the same line. */
static void test_packets_on_one_line(void)
{
    char line[BUF];
    size_t framed = encode(30, (uint8_t *)line, sizeof(line));

    reset();
    for (unsigned i = 1; i <= 3; i++) {
        feed(line, framed - 1);
        CHECK_EQ(seen.packets, i);
        feed_text("uart:~$ ");
    }
    CHECK_EQ(seen.dropped + seen.texts, 0);
}

/* Only the two bytes together are a marker. */
static void test_half_markers_in_text(void)
{
    reset();
    feed_text("a\tb\n");
    feed_text("c\x06"
              "d\n");
    feed_text("e\x04"
              "f\n");
    feed_text("\x04g\n\x06h\ti\n");
    CHECK(strcmp(seen.text, "a\tb|cd|ef|g|h\ti|") == 0);
    feed_text("\x14j\n"); /* half of a marker is never content */
    CHECK(strcmp(seen.text, "a\tb|cd|ef|g|h\ti|\x14j|") == 0);
    CHECK_EQ(seen.packets + seen.dropped, 0);
}

/* A line that ends inside its padding lost something: its packet is gone at once. */
static void test_half_padding(void)
{
    char lines[BUF];
    size_t len = encode_pieces(100, 100, "\n", lines);
    char *padding = memchr(lines, '=', len);

    CHECK(padding != NULL && padding[1] == '=' && padding[2] == '\n');
    reset();
    feed(lines, (size_t)(padding - lines) + 1);
    feed(padding + 2, len - (size_t)(padding + 2 - lines));
    CHECK_EQ(seen.dropped, 1);
    CHECK_EQ(seen.packets, 0);
}

static void test_long_text(void)
{
    uint8_t line[BUF];
    size_t len = encode(20, line, sizeof(line));

    reset();
    for (int i = 0; i < 1000; i++) {
        feed_text("a");
    }
    CHECK_EQ(seen.texts, 1000 / TWIN_CONSOLE_LINE_MAX);
    feed(line, len); /* a marker counts in the middle of it */
    check_seen_pattern(20);

    reset();
    for (int i = 0; i < TWIN_CONSOLE_LINE_MAX; i++) {
        feed_text("b");
    }
    CHECK_EQ(seen.texts, 1);
    feed_text("\n");
    CHECK_EQ(seen.texts, 1);
    feed_text("next\n");
    CHECK_EQ(seen.texts, 2);
}

static void test_too_large(void)
{
    static uint8_t line[4 * BUF];
    size_t len = encode(BUF - 3, line, sizeof(line));

    reset();
    feed(line, len);
    CHECK_EQ(seen.packets, 0);
    CHECK_EQ(seen.dropped, 1);
    feed(line, encode(BUF - 4, line, sizeof(line)));
    check_seen_pattern(BUF - 4);
}

/* Every byte lost once, every byte changed once: that packet may be lost, the next one never. */
static void test_single_faults(void)
{
    uint8_t line[BUF], bad[BUF];
    size_t len = encode(150, line, sizeof(line));

    for (size_t i = 0; i < len; i++) {
        reset();
        feed(line, i);
        feed(line + i + 1, len - i - 1);
        feed(line, len);
        CHECK(seen.packets >= 1);
        CHECK_EQ(seen.packet_len, 150);
        CHECK_MEM(seen.packet, pattern(150).ptr, 150);
        for (int bit = 0; bit < 8; bit++) {
            memcpy(bad, line, len);
            bad[i] = (uint8_t)(bad[i] ^ 1 << bit);
            reset();
            feed(bad, len);
            CHECK(seen.packets == 0 || memcmp(seen.packet, pattern(150).ptr, 150) == 0);
            feed(line, len);
            CHECK(seen.packets >= 1);
            CHECK_EQ(seen.packet_len, 150);
        }
    }
}

static void test_wrong_frames(void)
{
    static const char *const frames[] = {
        "\x06\x09"
        "AAA\n", /* not a multiple of four */
        "\x06\x09"
        "AA=A\n", /* padding inside */
        "\x06\x09"
        "AA==AAAA\n", /* and something behind it */
        "\x06\x09"
        "A===\n",
        "\x06\x09"
        "AA===\n",
        "\x06\x09"
        "AAM hello\n", /* log text in the line */
        "\x06\x09"
        "AAIAAA==\n", /* an empty packet with a right CRC */
        "\x06\x09"
        "AAAA\n", /* a length that has no room for the CRC */
        "\x06\x09"
        "AAMBAAA=\n", /* wrong CRC */
        "\x06\x09"
        "AAMAAAAA\n", /* more bytes than announced */
    };

    for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
        reset();
        feed_text(frames[i]);
        CHECK_EQ(seen.packets, 0);
        CHECK_EQ(seen.dropped, 1);
        CHECK_EQ(seen.texts, 0);
    }
    reset();
    feed_text("\x06\x09"
              "AAMAAAA=\n"); /* the packet 00 */
    CHECK_EQ(seen.packets, 1);
    feed_text("\x04\x14"
              "AAMAAAA=\n"); /* further lines without a first one */
    CHECK_EQ(seen.packets + seen.dropped, 1);
    feed_text("\x06\x09"
              "AA==\n\x06\x09"
              "AAMAAAA=\n"); /* one given up for another */
    CHECK_EQ(seen.packets, 2);
    CHECK_EQ(seen.dropped, 1);
}

static void test_random(void)
{
    uint8_t line[BUF];
    size_t len = encode(90, line, sizeof(line));

    srand(3);
    reset();
    for (int round = 0; round < 3000; round++) {
        static const uint8_t likely[] = {6, 9, 4, 0x14, '\n', '=', 'A', '\r'};
        for (int i = rand() % 200; i > 0; i--) {
            uint8_t byte = rand() % 2 != 0 ? likely[rand() % 8] : (uint8_t)rand();
            feed(&byte, 1);
            seen.text[0] = '\0';
        }
        feed_text("\n");
        seen.packets = 0;
        feed(line, len);
        check_seen_pattern(90);
        seen.text[0] = '\0';
    }
}

int main(void)
{
    test_every_length();
    test_encode_limits();
    test_any_piece();
    test_log_between();
    test_marker_inside_a_line();
    test_lost_newline();
    test_end_of_a_packet();
    test_packets_on_one_line();
    test_half_markers_in_text();
    test_half_padding();
    test_long_text();
    test_too_large();
    test_single_faults();
    test_wrong_frames();
    test_random();
    return check_report();
}
