/*
 * ask.c - passphrases and PINs: from a descriptor, from the environment, or from whoever sits
 * there. SPDX-License-Identifier: Apache-2.0
 */
#define _DEFAULT_SOURCE
#include "cli/ask.h"
#include "cli/cli.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define INTERRUPT 3 /* what Ctrl-C sends while signals are off */

/* Without signals, so that an interrupt cannot leave the terminal silent: it ends the line. */
static enum twin_secret_state ask_silently(int fd, const char *prompt, struct twin_secret *secret)
{
    struct termios before, silent;
    bool changed = tcgetattr(fd, &before) == 0;

    if (changed) {
        silent = before;
        silent.c_lflag &= (tcflag_t) ~(ECHO | ISIG);
        silent.c_cc[VEOL] = INTERRUPT;
        tcsetattr(fd, TCSAFLUSH, &silent);
    }
    dprintf(fd, "%s", prompt); /* only now: what is typed ahead of silence would be thrown away */
    enum twin_secret_state state = twin_secret_read(fd, secret);
    dprintf(fd, "\n");
    if (changed) {
        tcsetattr(fd, TCSAFLUSH, &before);
    }
    return state;
}

/* Whoever interrupts knows it: that error is told here, in a word. */
static enum twin_error_code prompt(const char *text, struct twin_secret *secret,
                                   struct twin_error *error)
{
    int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    enum twin_secret_state state;

    fflush(stdout);
    if (tty >= 0) {
        state = ask_silently(tty, text, secret);
        close(tty);
    } else {
        fputs(text, stderr);
        state = twin_secret_read(STDIN_FILENO, secret);
    }
    if (state == TWIN_SECRET_NONE) {
        fputs("Aborted!\n", stderr);
        return twin_error_set(error, TWIN_ERROR_REFUSED, "%s", "");
    }
    if (state == TWIN_SECRET_UNUSABLE) {
        return twin_error_set(error, TWIN_ERROR_REFUSED,
                              "more than %d bytes, or a zero byte among them", TWIN_SECRET_MAX - 1);
    }
    return TWIN_ERROR_NONE;
}

static bool is_given(const struct cli_secret_source *source)
{
    return source->fd >= 0 || getenv(source->variable) != NULL;
}

/* ---- PINs ---- */

static enum twin_error_code get_pin(const struct cli_secrets *secrets, const char *label,
                                    struct twin_secret *pin, struct twin_error *error)
{
    const struct cli_secret_source *source = &secrets->pin;
    char text[80];

    if (source->fd >= 0) {
        return twin_secret_read(source->fd, pin) == TWIN_SECRET_READ
                   ? TWIN_ERROR_NONE
                   : twin_error_set(error, TWIN_ERROR_REFUSED,
                                    "%s: no PIN could be read from descriptor %d", source->option,
                                    source->fd);
    }
    if (is_given(source)) {
        return twin_secret_from_env(source->variable, pin) == TWIN_SECRET_READ
                   ? TWIN_ERROR_NONE
                   : twin_error_set(error, TWIN_ERROR_REFUSED, "%s: too long for a PIN",
                                    source->variable);
    }
    if (secrets->quiet) {
        return twin_error_set(error, TWIN_ERROR_USAGE,
                              "token %s wants a PIN and nobody is asked here; give %s or %s", label,
                              source->option, source->variable);
    }
    snprintf(text, sizeof(text), "PIN of token %s: ", label);
    return prompt(text, pin, error);
}

/* ---- Passphrases ---- */

static enum twin_error_code unusable(const char *where, struct twin_error *error)
{
    return twin_error_set(error, TWIN_ERROR_REFUSED,
                          "%s: a passphrase has at most %d bytes, and no zero byte among them",
                          where, TWIN_SECRET_MAX - 1);
}

/* A line, or the last one again when there are no more. */
static enum twin_error_code from_fd(struct cli_secrets *secrets, struct twin_error *error)
{
    const struct cli_secret_source *source = &secrets->passphrase;
    struct twin_secret read;
    enum twin_secret_state state = twin_secret_read(source->fd, &read);
    enum twin_error_code code = TWIN_ERROR_NONE;

    if (state == TWIN_SECRET_READ) {
        secrets->last = read;
        secrets->has_last = true;
    } else if (state == TWIN_SECRET_UNUSABLE) {
        code = unusable(source->option, error);
    } else if (!secrets->has_last) {
        code = twin_error_set(error, TWIN_ERROR_REFUSED,
                              "%s: no passphrase could be read from descriptor %d", source->option,
                              source->fd);
    }
    twin_wipe(&read, sizeof(read));
    return code;
}

static enum twin_error_code from_env(struct cli_secrets *secrets, struct twin_error *error)
{
    const char *variable = secrets->passphrase.variable;

    if (secrets->has_last) {
        return TWIN_ERROR_NONE;
    }
    if (twin_secret_from_env(variable, &secrets->last) != TWIN_SECRET_READ) {
        return unusable(variable, error);
    }
    if (secrets->last.len == 0) {
        return twin_error_set(error, TWIN_ERROR_REFUSED,
                              "%s is set but empty; unset it to be asked instead", variable);
    }
    secrets->has_last = true;
    return TWIN_ERROR_NONE;
}

static bool passphrase_is_given(const struct cli_secrets *secrets)
{
    return secrets->has_last || is_given(&secrets->passphrase);
}

/* From where nobody has to be asked. */
static enum twin_error_code given_passphrase(struct cli_secrets *secrets,
                                             struct twin_secret *passphrase,
                                             struct twin_error *error)
{
    enum twin_error_code code =
        secrets->passphrase.fd >= 0 ? from_fd(secrets, error) : from_env(secrets, error);

    *passphrase = secrets->last;
    return code;
}

static enum twin_error_code get_passphrase(struct cli_secrets *secrets, const char *file,
                                           struct twin_secret *passphrase, struct twin_error *error)
{
    if (passphrase_is_given(secrets)) {
        return given_passphrase(secrets, passphrase, error);
    }
    if (secrets->quiet) {
        return twin_error_set(error, TWIN_ERROR_USAGE,
                              "Cannot inspect %s: key is password-protected and nobody is asked "
                              "here; give %s or %s",
                              file, secrets->passphrase.option, secrets->passphrase.variable);
    }
    return prompt("Enter key passphrase: ", passphrase, error);
}

static enum twin_error_code ask_twice(struct twin_secret *passphrase, struct twin_error *error)
{
    struct twin_secret again;

    for (;;) {
        enum twin_error_code code = prompt("Enter key passphrase: ", passphrase, error);
        if (code != TWIN_ERROR_NONE || passphrase->len == 0) {
            return code;
        }
        code = prompt("Reenter passphrase: ", &again, error);
        bool same =
            again.len == passphrase->len && memcmp(passphrase->text, again.text, again.len) == 0;
        twin_wipe(&again, sizeof(again));
        if (same || code != TWIN_ERROR_NONE) {
            return code;
        }
        puts("Passwords do not match, try again");
    }
}

enum twin_error_code cli_ask_new_passphrase(struct cli_secrets *secrets,
                                            struct twin_secret *passphrase,
                                            struct twin_error *error)
{
    enum twin_error_code code = passphrase_is_given(secrets)
                                    ? given_passphrase(secrets, passphrase, error)
                                    : ask_twice(passphrase, error);

    if (code == TWIN_ERROR_NONE && passphrase->len == 0) {
        return twin_error_set(error, TWIN_ERROR_REFUSED,
                              "an empty passphrase protects nothing, so no key was made; leave out "
                              "--password for a key without protection");
    }
    return code;
}

/* ---- As libraries see it ---- */

static enum twin_error_code get_secret(void *secrets_, enum twin_ask_for what, const char *of,
                                       struct twin_secret *secret, struct twin_error *error)
{
    struct cli_secrets *secrets = secrets_;

    return what == TWIN_ASK_PIN ? get_pin(secrets, of, secret, error)
                                : get_passphrase(secrets, of, secret, error);
}

static void warn(void *secrets, const char *text)
{
    (void)secrets;
    cli_warn("%s", text);
}

static void note(void *secrets, const char *text)
{
    (void)secrets;
    fprintf(stderr, "%s\n", text);
}

struct twin_ask cli_ask(struct cli_secrets *secrets)
{
    return (struct twin_ask){.ctx = secrets, .secret = get_secret, .warn = warn, .note = note};
}
