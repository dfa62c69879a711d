/*
 * leftovers.c - loaded into a program by LD_PRELOAD: at its end, look through all of its memory for
 * secrets that are still there.
 *
 * LEFTOVERS holds them in hex, each byte xor 0x5a so that the variable itself is not found, with
 * commas between. Every place is reported on stderr as "LEFTOVER number region".
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MASK       0x5a
#define REGION_MAX 0x10000000u /* larger ones are the shadow of a sanitizer */

static int parse(const char **text, uint8_t *masked)
{
    int len = 0;
    unsigned byte;

    while (len < 4096 && sscanf(*text, "%2x", &byte) == 1) {
        masked[len++] = (uint8_t)byte;
        *text += 2;
    }
    *text += **text == ',';
    return len;
}

__attribute__((no_sanitize("address"))) static void look(const uint8_t *from, const uint8_t *to,
                                                         const char *region)
{
    static uint8_t masked[4096];
    const char *text = getenv("LEFTOVERS");

    for (int number = 0; text != NULL && *text != '\0'; number++) {
        int len = parse(&text, masked);
        for (const uint8_t *at = from; len > 0 && at + len <= to; at++) {
            int same = 0;
            while (same < len && (uint8_t)(at[same] ^ MASK) == masked[same]) {
                same++;
            }
            if (same == len) {
                fprintf(stderr, "LEFTOVER %d %p %s", number, (const void *)at, region);
                break;
            }
        }
    }
}

__attribute__((destructor)) static void look_everywhere(void)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[1000], rights[5];
    uintptr_t from, to;

    while (maps != NULL && fgets(line, sizeof(line), maps) != NULL) {
        if (sscanf(line, "%lx-%lx %4s", &from, &to, rights) == 3 && strncmp(rights, "rw", 2) == 0 &&
            to - from < REGION_MAX && strstr(line, "leftovers") == NULL) {
            look((const uint8_t *)from, (const uint8_t *)to, line);
        }
    }
    if (maps != NULL) {
        fclose(maps);
    }
    fprintf(stderr, "LOOKED\n");
}
