/*
 * report/text.h - what a device sent, as text for people and as JSON for programs.
 *
 * Text is appended to a buffer, JSON is a value: whoever prints decides where it goes. Memory that
 * runs out is seen once, at the end: in the buffer's `failed`, or as JSON that is NULL.
 * SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include "base/buf.h"
#include "twin/text.h"
#include <jansson.h>

/* How a reader wants it. */
struct twin_report_style {
    enum twin_text_keep keep; /* characters that the terminal shows */
    const char *absent;       /* stands for what the device did not tell */
};

/*
 * Append text from a device: one line of characters that a terminal shows, all else escaped
 * (twin/text.h). Whatever a device sends goes through this before anybody reads it.
 */
void twin_report_text(struct twin_buf *out, struct twin_span text, enum twin_text_keep keep);

/* The beginning of a hash in hex, enough to name an image to people. Returns out. */
#define TWIN_REPORT_HASH_DIGITS 16
char *twin_report_hash(struct twin_span hash, char out[TWIN_REPORT_HASH_DIGITS + 1]);

/* A span as JSON: text (bytes that are not UTF-8 as \xNN), or bytes in hex. NULL without memory. */
json_t *twin_report_json_text(struct twin_span text);
json_t *twin_report_json_hex(struct twin_span bytes);

/* A number as JSON. Its integers end at 2^63 - 1: numbers above become text. */
json_t *twin_report_json_unsigned(uint64_t number);

/*
 * Add a member, taking value over. Without memory for it, now or when value was made, *object is
 * released and NULL, and stays so.
 */
void twin_report_json_set(json_t **object, const char *key, json_t *value);

/* The same for the end of an array. */
void twin_report_json_append(json_t **array, json_t *value);
