/*
 * test_line.c - the imperfect serial line of the emulated devices.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "check.h"
#include "line.h"

static struct line line;

/* Send text at time 0 and give what has arrived by then. */
static const char *pass(const struct line_config *config, const char *text, uint64_t until_ns)
{
    static char out[4096];

    line_init(&line, config);
    line_put(&line, (const uint8_t *)text, strlen(text), 0);
    size_t len = line_peek(&line, (uint8_t *)out, sizeof(out) - 1, until_ns);
    line_take(&line, len);
    out[len] = '\0';
    return out;
}

static void check_faults(void)
{
    const char *text = "one\ntwo\nthree\nfour\n";

    CHECK(strcmp(pass(&(struct line_config){0}, text, 0), text) == 0);
    CHECK(strcmp(pass(&(struct line_config){0}, "half", 0), "half") == 0);
    CHECK(strcmp(pass(&(struct line_config){.drop = 2}, text, 0), "one\nthree\n") == 0);
    CHECK(strcmp(pass(&(struct line_config){.twice = 3}, text, 0),
                 "one\ntwo\nthree\nthree\nfour\n") == 0);
    CHECK(strcmp(pass(&(struct line_config){.garble = 4}, text, 0), "one\ntwo\nthree\nfotr\n") ==
          0);
    CHECK(strcmp(pass(&(struct line_config){.noise = 3}, text, 0),
                 "one\ntwo\nlog: line 3, all is well\nthree\nfour\n") == 0);
    CHECK(strcmp(pass(&(struct line_config){.drop = 1}, text, 0), "") == 0);
    /* A line that has no end is not kept for ever. */
    char endless[LINE_TEXT_CAP + 2];
    memset(endless, 'x', sizeof(endless) - 1);
    endless[sizeof(endless) - 1] = '\0';
    CHECK_EQ(strlen(pass(&(struct line_config){.drop = 9}, endless, 0)), LINE_TEXT_CAP);
}

/* 10 bits a byte: at 1000 baud a byte takes 10 ms; the delay adds to it once. */
static void check_pace(void)
{
    const struct line_config config = {.baud = 1000, .latency_ms = 5};
    const uint64_t ms = 1000000;

    CHECK(strcmp(pass(&config, "abc", 14 * ms), "") == 0);
    CHECK(strcmp(pass(&config, "abc", 15 * ms), "a") == 0);
    CHECK_EQ(line_due_ns(&line), 35 * ms);
    CHECK(strcmp(pass(&config, "abc", 34 * ms), "ab") == 0);
    CHECK(strcmp(pass(&config, "abc", 35 * ms), "abc") == 0);
    CHECK_EQ(line_due_ns(&line), UINT64_MAX);
    /* A wire that was idle does not save time up. */
    line_put(&line, (const uint8_t *)"d", 1, 100 * ms);
    CHECK_EQ(line_due_ns(&line), 115 * ms);
}

/* Fill to the promised room, take in pieces: every byte arrives, in order. */
static void check_room(void)
{
    uint8_t bytes[100], got[70];
    uint32_t sent = 0, received = 0;

    line_init(&line, &(struct line_config){0});
    for (unsigned round = 0; round < 5000; round++) {
        size_t room = line_room(&line), len = room < sizeof(bytes) ? room : sizeof(bytes);
        for (size_t i = 0; i < len; i++) {
            bytes[i] = (uint8_t)(sent++ % 251);
        }
        line_put(&line, bytes, len, 0);
        len = line_peek(&line, got, sizeof(got), 0);
        line_take(&line, len);
        for (size_t i = 0; i < len; i++) {
            CHECK_EQ(got[i], received % 251);
            received++;
        }
    }
    CHECK_EQ(line_room(&line), LINE_CAP - (sent - received));
    CHECK(sent > LINE_CAP);
}

/* With every line doubled and noisy, what line_room() promises is still kept: nothing is lost. */
static void check_room_with_faults(void)
{
    const struct line_config worst = {.twice = 1, .noise = 1};
    size_t given = 0, ends = 0;
    uint8_t byte;

    line_init(&line, &worst);
    while (line_room(&line) > 0) {
        line_put(&line, (const uint8_t *)"\n", 1, 0);
        given++;
    }
    CHECK(given > 100);
    while (line_peek(&line, &byte, 1, 0) == 1) {
        line_take(&line, 1);
        ends += byte == '\n';
    }
    CHECK_EQ(ends, 3 * given);
    CHECK(line_room(&line) > 0);
}

int main(void)
{
    check_faults();
    check_pace();
    check_room();
    check_room_with_faults();
    return check_report();
}
