/*
 * hsm_token.c - a PKCS#11 module, one token in it, and a session with it.
 * SPDX-License-Identifier: Apache-2.0
 */
#define _XOPEN_SOURCE 700
#include "keys/hsm_token.h"
#include "keys/hsm.h"
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SLOTS_MAX      64
#define MECHANISMS_MAX 1024
#define MODULE_ENV     "IMGTOOL_PKCS11_MODULE"

/* What the codes mean to the person in front of it, and what to try. */
static const struct {
    CK_RV rv;
    const char *text;
} reasons[] = {
    {CKR_PIN_INCORRECT, "the PIN is wrong"},
    {CKR_PIN_LEN_RANGE, "the PIN is wrong: too short or too long"},
    {CKR_PIN_INVALID, "the PIN is wrong: characters that cannot be in it"},
    {CKR_PIN_LOCKED, "the PIN is locked after too many wrong tries; the security officer has to "
                     "unlock the token"},
    {CKR_PIN_EXPIRED, "the PIN has expired; set a new one"},
    {CKR_USER_PIN_NOT_INITIALIZED, "no user PIN was set on this token yet"},
    {CKR_DEVICE_REMOVED, "the token was removed; plug it in and start again"},
    {CKR_TOKEN_NOT_PRESENT, "the token was removed; plug it in and start again"},
    {CKR_SESSION_HANDLE_INVALID, "the session with the token is gone; was it removed?"},
    {CKR_OBJECT_HANDLE_INVALID, "the key is gone from the token"},
    {CKR_KEY_HANDLE_INVALID, "the key is gone from the token"},
    {CKR_DEVICE_ERROR, "the token reports an error of its own"},
    {CKR_MECHANISM_INVALID, "the token cannot do this mechanism"},
    {CKR_MECHANISM_PARAM_INVALID, "the token cannot do this mechanism with these parameters"},
    {CKR_KEY_FUNCTION_NOT_PERMITTED, "the key may not be used for signing"},
    {CKR_KEY_TYPE_INCONSISTENT, "the key is of another kind than the mechanism"},
    {CKR_CURVE_NOT_SUPPORTED, "the token does not know this curve"},
    {CKR_USER_NOT_LOGGED_IN, "the token wants a login first"},
    {CKR_TOKEN_WRITE_PROTECTED, "the token is write protected"},
    {CKR_DEVICE_MEMORY, "the token is full"},
};

enum twin_error_code twin_hsm_token_fail(const struct twin_hsm_token *token, const char *what,
                                         CK_RV rv, struct twin_error *error)
{
    for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
        if (reasons[i].rv == rv) {
            return twin_error_set(error, TWIN_ERROR_REFUSED, "%s: %s: %s", token->name, what,
                                  reasons[i].text);
        }
    }
    return twin_error_set(error, TWIN_ERROR_REFUSED, "%s: %s: PKCS#11 error 0x%lx", token->name,
                          what, rv);
}

static const char *module_name(const struct twin_hsm_token *token)
{
    if (token->uri.module_path[0] != '\0') {
        return token->uri.module_path;
    }
    return getenv(MODULE_ENV);
}

/* The module that is named; else p11-kit, which knows all that the machine has registered. */
static enum twin_error_code load_module(struct twin_hsm_token *token, struct twin_error *error)
{
    static const char *const usual[] = {"p11-kit-proxy.so", "libp11-kit.so.0"};
    const char *name = module_name(token);

    if (token->uri.module_name[0] != '\0' && name == NULL) {
        return twin_error_set(error, TWIN_ERROR_USAGE,
                              "%s: module-name is not enough; give module-path", token->name);
    }
    if (name != NULL) {
        token->library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    } else {
        for (size_t i = 0; i < 2 && token->library == NULL; i++) {
            token->library = dlopen(usual[i], RTLD_NOW | RTLD_LOCAL);
        }
    }
    if (token->library == NULL) {
        twin_error_set(error, TWIN_ERROR_REFUSED, "%s: cannot load the PKCS#11 module: %s",
                       token->name, dlerror());
        return twin_error_hint(error, "Name it with module-path in the URI, or in " MODULE_ENV);
    }
    CK_C_GetFunctionList get_list;
    void *symbol = dlsym(token->library, "C_GetFunctionList");
    memcpy(&get_list, &symbol, sizeof(get_list)); /* ISO C has no cast from data to function */
    if (symbol == NULL || get_list(&token->api) != CKR_OK) {
        return twin_error_set(error, TWIN_ERROR_REFUSED, "%s: %s is not a PKCS#11 module",
                              token->name, name != NULL ? name : usual[0]);
    }
    CK_RV rv = token->api->C_Initialize(NULL);
    if (rv != CKR_OK && rv != CKR_CRYPTOKI_ALREADY_INITIALIZED) {
        return twin_hsm_token_fail(token, "starting the module", rv, error);
    }
    token->must_finalize = rv == CKR_OK;
    return TWIN_ERROR_NONE;
}

/* Texts in tokens are padded with blanks and not terminated. */
static bool text_is(const char *wanted, const unsigned char *have, size_t len)
{
    while (len > 0 && have[len - 1] == ' ') {
        len--;
    }
    return wanted[0] == '\0' || (strlen(wanted) == len && memcmp(wanted, have, len) == 0);
}

static bool token_fits(const struct twin_hsm_uri *uri, CK_SLOT_ID slot, const CK_TOKEN_INFO *info)
{
    char number[32];

    snprintf(number, sizeof(number), "%lu", slot);
    return (info->flags & CKF_TOKEN_INITIALIZED) != 0 &&
           (uri->slot_id[0] == '\0' || strcmp(uri->slot_id, number) == 0) &&
           text_is(uri->token, info->label, sizeof(info->label)) &&
           text_is(uri->serial, info->serialNumber, sizeof(info->serialNumber)) &&
           text_is(uri->manufacturer, info->manufacturerID, sizeof(info->manufacturerID)) &&
           text_is(uri->model, info->model, sizeof(info->model));
}

static enum twin_error_code find_token(struct twin_hsm_token *token, struct twin_error *error)
{
    CK_SLOT_ID slots[SLOTS_MAX];
    CK_ULONG count = SLOTS_MAX;
    CK_TOKEN_INFO info;
    unsigned found = 0;
    CK_RV rv = token->api->C_GetSlotList(CK_TRUE, slots, &count);

    if (rv != CKR_OK) {
        return twin_hsm_token_fail(token, "listing tokens", rv, error);
    }
    for (CK_ULONG i = 0; i < count; i++) {
        if (token->api->C_GetTokenInfo(slots[i], &info) == CKR_OK &&
            token_fits(&token->uri, slots[i], &info)) {
            if (found++ > 0) {
                return twin_error_set(
                    error, TWIN_ERROR_REFUSED,
                    "%s: two tokens fit, with serial numbers %.16s and %.16s; add "
                    "serial= to the URI",
                    token->name, token->info.serialNumber, info.serialNumber);
            }
            token->slot = slots[i];
            token->info = info;
        }
    }
    if (found == 0) {
        return twin_error_set(
            error, TWIN_ERROR_REFUSED,
            "%s: no such token among %lu present; is it plugged in, is the module the "
            "right one?",
            token->name, count);
    }
    return TWIN_ERROR_NONE;
}

enum twin_error_code twin_hsm_token_open(struct twin_hsm_token *token, const char *uri,
                                         bool writable, struct twin_error *error)
{
    const char *fault;

    token->name = uri;
    if (!twin_hsm_uri_parse(uri, &token->uri, &fault)) {
        /* The URI is not repeated: it may hold a PIN. */
        return twin_error_set(error, TWIN_ERROR_USAGE, "the pkcs11: URI is not usable: %s", fault);
    }
    enum twin_error_code code = load_module(token, error);
    if (code == TWIN_ERROR_NONE) {
        code = find_token(token, error);
    }
    if (code != TWIN_ERROR_NONE) {
        return code;
    }
    CK_FLAGS flags = CKF_SERIAL_SESSION | (writable ? CKF_RW_SESSION : 0);
    CK_RV rv = token->api->C_OpenSession(token->slot, flags, NULL, NULL, &token->session);
    if (rv != CKR_OK) {
        return twin_hsm_token_fail(token, "opening a session", rv, error);
    }
    token->has_session = true;
    return TWIN_ERROR_NONE;
}

/* pin-source: a file, as a path or file: URI. */
static enum twin_error_code pin_from_file(struct twin_hsm_token *token, struct twin_error *error)
{
    const char *path = token->uri.pin_source;
    enum twin_secret_state state = TWIN_SECRET_NONE;

    path += strncmp(path, "file://", 7) == 0 ? 7 : strncmp(path, "file:", 5) == 0 ? 5 : 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        state = twin_secret_read(fd, &token->pin);
        close(fd);
    }
    if (state != TWIN_SECRET_READ) {
        return twin_error_set(error, TWIN_ERROR_REFUSED, "%s: cannot read a PIN from %s",
                              token->name, path);
    }
    return TWIN_ERROR_NONE;
}

static enum twin_error_code get_pin(struct twin_hsm_token *token, struct twin_error *error)
{
    char label[sizeof(token->info.label) + 1];

    if (token->uri.pin_source[0] != '\0') {
        return pin_from_file(token, error);
    }
    snprintf(label, sizeof(label), "%.32s", token->info.label);
    return twin_ask_secret(token->ask, TWIN_ASK_PIN, label, &token->pin, error);
}

static bool has_keypad(const struct twin_hsm_token *token)
{
    return (token->info.flags & CKF_PROTECTED_AUTHENTICATION_PATH) != 0;
}

static enum twin_error_code login(struct twin_hsm_token *token, CK_USER_TYPE user,
                                  struct twin_error *error)
{
    CK_RV rv;

    if (has_keypad(token)) {
        twin_ask_note(token->ask, "Enter the PIN at the token itself.");
        rv = token->api->C_Login(token->session, user, NULL, 0);
    } else {
        rv = token->api->C_Login(token->session, user, (CK_UTF8CHAR *)token->pin.text,
                                 token->pin.len);
    }
    if (rv != CKR_OK && rv != CKR_USER_ALREADY_LOGGED_IN) {
        return twin_hsm_token_fail(token, "login", rv, error);
    }
    return TWIN_ERROR_NONE;
}

enum twin_error_code twin_hsm_token_login(struct twin_hsm_token *token, struct twin_error *error)
{
    if (token->logged_in || (token->info.flags & CKF_LOGIN_REQUIRED) == 0) {
        return TWIN_ERROR_NONE;
    }
    if ((token->info.flags & CKF_USER_PIN_LOCKED) != 0) {
        return twin_hsm_token_fail(token, "login", CKR_PIN_LOCKED, error);
    }
    if ((token->info.flags & CKF_USER_PIN_FINAL_TRY) != 0) {
        twin_ask_warn(token->ask, "%s: one more wrong PIN locks the token", token->name);
    }
    enum twin_error_code code = has_keypad(token) ? TWIN_ERROR_NONE : get_pin(token, error);
    if (code == TWIN_ERROR_NONE) {
        code = login(token, CKU_USER, error);
    }
    token->logged_in = code == TWIN_ERROR_NONE;
    return code;
}

enum twin_error_code twin_hsm_token_login_again(struct twin_hsm_token *token,
                                                struct twin_error *error)
{
    return login(token, CKU_CONTEXT_SPECIFIC, error);
}

enum twin_error_code twin_hsm_token_check_mechanism(const struct twin_hsm_token *token,
                                                    CK_MECHANISM_TYPE mechanism, const char *what,
                                                    struct twin_error *error)
{
    CK_MECHANISM_TYPE list[MECHANISMS_MAX];
    CK_ULONG count = MECHANISMS_MAX;
    CK_RV rv = token->api->C_GetMechanismList(token->slot, list, &count);

    if (rv == CKR_BUFFER_TOO_SMALL) {
        return TWIN_ERROR_NONE; /* signing will tell */
    }
    if (rv != CKR_OK) {
        return twin_hsm_token_fail(token, "asking what the token can do", rv, error);
    }
    for (CK_ULONG i = 0; i < count; i++) {
        if (list[i] == mechanism) {
            return TWIN_ERROR_NONE;
        }
    }
    return twin_error_set(error, TWIN_ERROR_REFUSED,
                          "%s: this token cannot do %s; use another kind of key", token->name,
                          what);
}

void twin_hsm_token_close(struct twin_hsm_token *token)
{
    twin_wipe(&token->pin, sizeof(token->pin));
    if (token->has_session) {
        if (token->logged_in) {
            token->api->C_Logout(token->session);
        }
        token->api->C_CloseSession(token->session);
    }
    if (token->must_finalize) {
        token->api->C_Finalize(NULL);
    }
    if (token->library != NULL) {
        dlclose(token->library);
    }
    memset(token, 0, sizeof(*token));
}
