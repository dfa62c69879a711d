/*
 * twin/err.h - the one error type of every twin library.
 *
 * SMP result codes (twin/smp.h) and errno are other types; one table each, at the border, converts
 * between them and this one. SPDX-License-Identifier: Apache-2.0
 */
#pragma once

/* Around what a header declares, so that C++ knows it is C. */
#if defined(__cplusplus)
#define TWIN_C_BEGIN extern "C" {
#define TWIN_C_END   }
#else
#define TWIN_C_BEGIN
#define TWIN_C_END
#endif

TWIN_C_BEGIN

#if defined(__GNUC__)
#define TWIN_MUST_CHECK __attribute__((warn_unused_result))
#else
#define TWIN_MUST_CHECK
#endif

/* One row per error: name, value, text. Values are stable; append only. */
#define TWIN_ERR_LIST(X)                                                                           \
    X(TWIN_OK, 0, "ok")                                                                            \
    X(TWIN_E_ARG, 1, "a value is outside the documented range")                                    \
    X(TWIN_E_FORMAT, 2, "the bytes do not follow the format")                                      \
    X(TWIN_E_SPACE, 3, "the buffer or slot is too small")                                          \
    X(TWIN_E_NOT_FOUND, 4, "no such entry")                                                        \
    X(TWIN_E_IO, 5, "the flash or the link reported a failure")                                    \
    X(TWIN_E_TIMEOUT, 6, "no answer in time")                                                      \
    X(TWIN_E_VERIFY, 7, "hash or signature does not match")                                        \
    X(TWIN_E_STATE, 8, "not allowed in the present state")                                         \
    X(TWIN_E_REFUSED, 9, "the device answered with an error")                                      \
    X(TWIN_E_UNSUPPORTED, 10, "not built in, or not in this protocol version")                     \
    X(TWIN_E_BUSY, 11, "the application asks to wait")                                             \
    X(TWIN_E_DEPENDS, 12, "it needs another version of another image")                             \
    X(TWIN_E_DEVICE, 13, "it was made for another device")

typedef enum twin_err {
#define X(name, value, text) name = value,
    TWIN_ERR_LIST(X)
#undef X
} twin_err_t;

/* Text of an error, for people. Never NULL; an unknown value gives "unknown error". */
const char *twin_err_str(twin_err_t err);

/* Pass an error up unchanged. The only control-flow macro of the project. */
#define TWIN_TRY(expr)                                                                             \
    do {                                                                                           \
        twin_err_t twin_try_ = (expr);                                                             \
        if (twin_try_ != TWIN_OK) {                                                                \
            return twin_try_;                                                                      \
        }                                                                                          \
    } while (0)

TWIN_C_END
