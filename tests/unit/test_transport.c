/*
 * test_transport.c - the host's links: serial over a pseudo-terminal, UDP over loopback.
 * SPDX-License-Identifier: Apache-2.0
 */
#define _DEFAULT_SOURCE
#define _XOPEN_SOURCE 700
#include "check.h"
#include "transport/link.h"
#include "twin/console.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#define WAIT_MS 5000 /* for what comes at once; it is never waited for in full */

static struct twin_error error;

/* ---- What an owner does with one link ---- */

/* Wait for what the link waits for, until_ms at most. Returns false when that time has come. */
static bool wait_for(struct twin_link *link, int64_t until_ms)
{
    const int64_t end_ms = link->wake_ms < until_ms ? link->wake_ms : until_ms;
    const int64_t left_ms = end_ms - twin_link_now_ms();

    CHECK(poll(&link->wait, 1, left_ms > 0 ? (int)left_ms : 0) >= 0);
    return twin_link_now_ms() < until_ms;
}

/* Send a packet and see it out. */
static bool send_all(struct twin_link *link, struct twin_span packet)
{
    struct twin_span none;
    bool is_taken = twin_link_send(link, packet, &error) == TWIN_ERROR_NONE;

    while (is_taken && link->is_sending) { /* bounded by the link's own limit */
        wait_for(link, TWIN_LINK_NEVER);
        is_taken = twin_link_receive(link, &none, &error) != TWIN_LINK_BROKEN;
    }
    return is_taken;
}

/* Take what comes; TWIN_LINK_NONE when the time is over. */
static enum twin_link_event receive(struct twin_link *link, int timeout_ms,
                                    struct twin_span *packet)
{
    const int64_t until_ms = twin_link_now_ms() + timeout_ms;
    enum twin_link_event event = twin_link_receive(link, packet, &error);

    while (event == TWIN_LINK_NONE && wait_for(link, until_ms)) {
        event = twin_link_receive(link, packet, &error);
    }
    return event;
}

/* ---- Serial ---- */

struct pty {
    int device; /* the device's end */
    char dev[64];
    char connstring[128];
};

static void pty_make(struct pty *pty)
{
    pty->device = posix_openpt(O_RDWR | O_NOCTTY);
    CHECK(pty->device >= 0 && grantpt(pty->device) == 0 && unlockpt(pty->device) == 0);
    snprintf(pty->dev, sizeof(pty->dev), "%s", ptsname(pty->device));
    snprintf(pty->connstring, sizeof(pty->connstring), "dev=%s,baud=1000000,mtu=512", pty->dev);
}

static struct twin_link *serial(const char *connstring)
{
    return twin_link_open(twin_transport_find("serial"), connstring, &error);
}

/* Read what the host sent until a packet is complete, with its line; gives the bytes on the line.
 */
static size_t device_reads(const struct pty *pty, uint8_t *line, size_t cap,
                           struct twin_console_decoder *decoder)
{
    bool is_complete = false;
    size_t len = 0;

    while (len < cap && read(pty->device, line + len, 1) == 1) {
        const uint8_t byte = line[len++];
        is_complete = twin_console_decode(decoder, byte) == TWIN_CONSOLE_PACKET || is_complete;
        if (is_complete && byte == '\n') {
            return len;
        }
    }
    return 0;
}

static void device_writes(const struct pty *pty, const void *bytes, size_t len)
{
    CHECK_EQ(write(pty->device, bytes, len), (ssize_t)len);
}

static void check_text(void *ctx, struct twin_span line)
{
    unsigned *count = ctx;

    CHECK_EQ(line.len, 7);
    CHECK_MEM(line.ptr, "booting", 7);
    (*count)++;
}

static void check_serial_packets(void)
{
    static uint8_t packet[600], line[2048], room[1024], framed[2048];
    struct twin_console_decoder decoder;
    struct twin_span got;
    struct pty pty;
    unsigned texts = 0;
    size_t len;

    pty_make(&pty);
    struct twin_link *link = serial(pty.connstring);
    CHECK(link != NULL);
    CHECK_EQ(link->packet_guess, 371);
    link->on_text = check_text;
    link->ctx = &texts;
    for (size_t i = 0; i < sizeof(packet); i++) {
        packet[i] = (uint8_t)(i * 7);
    }
    twin_console_decoder_init(&decoder, room, sizeof(room));
    const struct twin_span whole = {packet, sizeof(packet)};

    CHECK(send_all(link, whole));
    len = device_reads(&pty, line, sizeof(line), &decoder);
    CHECK_EQ(line[0], 6); /* no end of a line first: that costs some devices the packet */
    CHECK_EQ(len, TWIN_CONSOLE_ENCODED_MAX(sizeof(packet)));
    CHECK_EQ(decoder.packet.len, sizeof(packet));
    CHECK_MEM(decoder.packet.ptr, packet, sizeof(packet));
    CHECK(send_all(link, whole));
    CHECK_EQ(device_reads(&pty, line, sizeof(line), &decoder),
             TWIN_CONSOLE_ENCODED_MAX(sizeof(packet)));
    CHECK_EQ(line[0], 6);

    CHECK_EQ(receive(link, 0, &got), TWIN_LINK_NONE);
    link->is_stale = true;
    CHECK(send_all(link, whole)); /* something may be lost half-way: new line */
    CHECK_EQ(device_reads(&pty, line, sizeof(line), &decoder),
             1 + TWIN_CONSOLE_ENCODED_MAX(sizeof(packet)));
    CHECK_EQ(line[0], '\n');
    CHECK(send_all(link, whole)); /* once only */
    CHECK_EQ(device_reads(&pty, line, sizeof(line), &decoder),
             TWIN_CONSOLE_ENCODED_MAX(sizeof(packet)));

    CHECK_EQ(twin_console_encode(whole, framed, sizeof(framed), &len), TWIN_OK);
    device_writes(&pty, "booting\r\nuart:~$ ", 17);
    device_writes(&pty, framed, len / 2);
    CHECK_EQ(receive(link, 0, &got), TWIN_LINK_NONE);
    device_writes(&pty, framed + len / 2, len - len / 2);
    device_writes(&pty, framed, len); /* two at once */
    for (int i = 0; i < 2; i++) {
        CHECK_EQ(receive(link, WAIT_MS, &got), TWIN_LINK_PACKET);
        CHECK_EQ(got.len, sizeof(packet));
        CHECK_MEM(got.ptr, packet, sizeof(packet));
    }
    CHECK_EQ(texts, 1);

    close(pty.device); /* the cable is pulled */
    CHECK_EQ(receive(link, WAIT_MS, &got), TWIN_LINK_BROKEN);
    CHECK(strstr(error.why, pty.dev) != NULL);
    twin_link_close(link);
}

/* A device that takes nothing: the send ends, and closing does not wait for it. */
static void check_serial_blocked(void)
{
    static const uint8_t packet[3000];
    char fast[128];
    struct pty pty;

    pty_make(&pty);
    snprintf(fast, sizeof(fast), "dev=%s,baud=4000000", pty.dev);
    struct twin_link *link = serial(fast);
    link->send_limit_ms = 100;
    memset(&error, 0, sizeof(error));
    bool is_taken = true;
    for (int i = 0; i < 1000 && is_taken; i++) { /* until the driver's buffer is full */
        is_taken = send_all(link, (struct twin_span){packet, sizeof(packet)});
    }
    CHECK(!is_taken);
    CHECK(strstr(error.why, "took nothing for 0.1 s") != NULL);
    CHECK(strstr(error.why, pty.dev) != NULL);
    CHECK(strstr(error.hint, "flow control") != NULL);
    twin_link_close(link);

    snprintf(fast, sizeof(fast), "dev=%s,baud=250000", pty.dev);
    link = serial(fast); /* what a slow line needs for a packet it gets, whatever the limit */
    link->send_limit_ms = 1;
    while (send_all(link, (struct twin_span){packet, sizeof(packet)})) {
    }
    CHECK(strstr(error.why, "took nothing for 0.3 s") != NULL);
    twin_link_close(link);
    close(pty.device);
}

struct flood {
    struct pty pty;
    unsigned lines;
};

/* For each line that the host takes there are two more, as far as the driver holds them. */
static void flood_on(void *ctx, struct twin_span line)
{
    static const char text[] = "[00:00:01] <inf> sensor: all is well, nothing to see\n";
    struct flood *flood = ctx;

    (void)line;
    for (int i = 0; i < 2; i++) {
        const ssize_t ignored = write(flood->pty.device, text, sizeof(text) - 1);
        (void)ignored;
    }
    flood->lines++;
}

/* Text without end: each call comes back all the same, so waiting for a packet ends in its time. */
static void check_serial_flood(void)
{
    struct flood flood = {.lines = 0};
    struct twin_span got;

    pty_make(&flood.pty);
    CHECK_EQ(fcntl(flood.pty.device, F_SETFL, O_NONBLOCK), 0);
    struct twin_link *link = serial(flood.pty.connstring);
    link->on_text = flood_on;
    link->ctx = &flood;
    flood_on(&flood, (struct twin_span){NULL, 0});
    CHECK_EQ(receive(link, 50, &got), TWIN_LINK_NONE);
    CHECK(flood.lines > 1);
    CHECK_EQ(receive(link, 0, &got), TWIN_LINK_NONE);
    twin_link_close(link);
    close(flood.pty.device);
}

/* Bytes that have arrived at the device's end; none are waited for. */
static size_t arrived(const struct pty *pty, uint8_t *bytes, size_t cap)
{
    struct pollfd fd = {.fd = pty->device, .events = POLLIN};
    const ssize_t count = poll(&fd, 1, 0) > 0 ? read(pty->device, bytes, cap) : 0;

    return count > 0 ? (size_t)count : 0;
}

/* After a silence: each call writes one line and returns, and then only time has to pass. */
static void check_serial_by_line(void)
{
    static const uint8_t packet[300];
    uint8_t line[TWIN_CONSOLE_ENCODED_MAX(sizeof(packet))];
    size_t lines = 0, all = 0, len;
    struct twin_span none;
    struct pty pty;

    pty_make(&pty);
    struct twin_link *link = serial(pty.connstring);
    link->is_stale = true;
    CHECK_EQ(twin_link_send(link, (struct twin_span){packet, sizeof(packet)}, &error),
             TWIN_ERROR_NONE);
    CHECK_EQ(arrived(&pty, line, sizeof(line)), 1);
    CHECK_EQ(line[0], '\n');
    CHECK(!link->is_stale);
    while (link->is_sending) {
        const int64_t next_ms = link->wake_ms;
        CHECK_EQ(link->wait.fd, -1);
        CHECK_EQ(twin_link_receive(link, &none, &error), TWIN_LINK_NONE);
        len = arrived(&pty, line, sizeof(line));
        if (twin_link_now_ms() < next_ms) {
            CHECK_EQ(len, 0);
            wait_for(link, TWIN_LINK_NEVER);
        } else {
            CHECK(memchr(line, '\n', len) == line + len - 1);
            lines++;
            all += len;
        }
    }
    CHECK_EQ(lines, 4);
    CHECK_EQ(all, TWIN_CONSOLE_ENCODED_MAX(sizeof(packet)));
    CHECK(link->wait.fd >= 0 && link->wait.events == POLLIN);
    CHECK(link->wake_ms == TWIN_LINK_NEVER);
    twin_link_close(link);
    close(pty.device);
}

/* The port is ours alone while open, and afterwards as it was. */
static void check_serial_port(void)
{
    struct termios before, during, after;
    struct pty pty;

    pty_make(&pty);
    const int other = open(pty.dev, O_RDWR | O_NOCTTY);
    CHECK_EQ(tcgetattr(other, &before), 0);
    CHECK((before.c_lflag & ECHO) != 0);
    struct twin_link *link = serial(pty.connstring);
    CHECK(link != NULL);
    CHECK_EQ(tcgetattr(other, &during), 0);
    CHECK_EQ(during.c_lflag & (tcflag_t)(ECHO | ICANON | ISIG), 0);
    CHECK_EQ(during.c_oflag & (tcflag_t)OPOST, 0);
    CHECK(serial(pty.connstring) == NULL);
    CHECK(strstr(error.why, "in use") != NULL);
    twin_link_close(link);
    CHECK_EQ(tcgetattr(other, &after), 0);
    CHECK_EQ(after.c_lflag, before.c_lflag);
    CHECK_EQ(after.c_iflag, before.c_iflag);
    CHECK_EQ(after.c_oflag, before.c_oflag);
    CHECK_EQ(cfgetospeed(&after), cfgetospeed(&before));
    link = serial(pty.connstring);
    CHECK(link != NULL);
    twin_link_close(link);
    close(other);
    close(pty.device);
}

struct refusal {
    const char *connstring, *text;
    enum twin_error_code code;
};

static void check_refusals(const char *name, const struct refusal *refusals, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        memset(&error, 0, sizeof(error));
        CHECK(twin_link_open(twin_transport_find(name), refusals[i].connstring, &error) == NULL);
        CHECK(strstr(error.why, refusals[i].text) != NULL);
        CHECK_EQ(error.code, refusals[i].code);
    }
}

static void check_serial_refusals(void)
{
    static char long_name[2000];
    const struct refusal refusals[] = {
        {"dev=/nowhere/tty", "no serial port /nowhere/tty", TWIN_ERROR_LINK},
        {"/dev/null", "not a serial port", TWIN_ERROR_LINK},
        {"/dev", "not a serial port", TWIN_ERROR_LINK},
        {"/etc/passwd", "not a serial port", TWIN_ERROR_LINK},
        {"/etc/passwd/x", "no serial port", TWIN_ERROR_LINK},
        {"dev=/dev/null,baud=115200x", "baud rate '115200x'", TWIN_ERROR_USAGE},
        {"dev=/dev/null,baud=", "baud", TWIN_ERROR_USAGE},
        {"dev=/dev/null,baud=0", "baud", TWIN_ERROR_USAGE},
        {"dev=/dev/null,baud=-9600", "baud", TWIN_ERROR_USAGE},
        {"dev=/dev/null,baud=+9600", "baud", TWIN_ERROR_USAGE},
        {"dev=/dev/null,baud= 9600", "baud", TWIN_ERROR_USAGE},
        {"dev=/dev/null,baud=4294967296", "baud", TWIN_ERROR_USAGE},
        {"dev=/dev/null,baud=99999999999999999999999", "baud", TWIN_ERROR_USAGE},
        {"dev=/dev/null,mtu=0", "mtu", TWIN_ERROR_USAGE},
        {"dev=/dev/null,mtu=-1", "mtu", TWIN_ERROR_USAGE},
        {"dev=/dev/null,mtu=", "mtu", TWIN_ERROR_USAGE},
        {"dev=/dev/null,mtu=65536", "mtu", TWIN_ERROR_USAGE},
        {"dev=/dev/null,speed=5", "speed", TWIN_ERROR_USAGE},
        {"dev=/dev/null, baud=9600", " baud", TWIN_ERROR_USAGE},
        {"dev=/dev/null,dev=/dev/zero", "two serial ports", TWIN_ERROR_USAGE},
        {"/dev/null,/dev/zero", "two serial ports", TWIN_ERROR_USAGE},
        {"", "no port", TWIN_ERROR_USAGE},
        {",", "no port", TWIN_ERROR_USAGE},
        {"dev=", "no port", TWIN_ERROR_USAGE},
        {"baud=9600", "no port", TWIN_ERROR_USAGE},
        {long_name, "too long", TWIN_ERROR_USAGE},
    };
    const size_t count = sizeof(refusals) / sizeof(refusals[0]);

    memset(long_name, 'x', sizeof(long_name) - 1);
    check_refusals("serial", refusals, count);
    long_name[300] = '\0';
    check_refusals("serial", &refusals[count - 1], 1);
}

static uint32_t guess_of(const struct pty *pty, const char *words)
{
    char connstring[256];

    snprintf(connstring, sizeof(connstring), "%s,%s", pty->dev, words);
    struct twin_link *link = serial(connstring);
    CHECK(link != NULL);
    const uint32_t guess = link != NULL ? link->packet_guess : 0;
    twin_link_close(link);
    return guess;
}

/* Of two values the last counts, so that --connextra overrides; what the Go tool takes as mtu. */
static void check_serial_settings(void)
{
    struct pty pty;

    pty_make(&pty);
    CHECK_EQ(guess_of(&pty, "mtu=512,baud=9600,mtu=1024,,"), 755);
    CHECK_EQ(guess_of(&pty, "mtu=128"), 112);
    CHECK_EQ(guess_of(&pty, "mtu=1"), 112);
    CHECK_EQ(guess_of(&pty, "mtu=65535"), 49138);
    CHECK_EQ(guess_of(&pty, "baud=57600"), 0);
    close(pty.device);
}

/* A link whose target is gone says so; and what others hold exclusively stays theirs (root opens it
 * all the same). */
static void check_serial_surroundings(void)
{
    int is_exclusive = 0;
    struct pty pty;

    CHECK_EQ(symlink("/nowhere/tty", "stale-link"), 0);
    CHECK(serial("stale-link") == NULL);
    CHECK(strstr(error.why, "link to /nowhere/tty") != NULL);
    CHECK(error.hint[0] != '\0');
    CHECK_EQ(unlink("stale-link"), 0);

    pty_make(&pty);
    const int other = open(pty.dev, O_RDWR | O_NOCTTY);
    CHECK_EQ(ioctl(other, TIOCEXCL), 0);
    struct twin_link *link = serial(pty.connstring);
    CHECK_EQ(link != NULL, geteuid() == 0);
    twin_link_close(link);
    CHECK_EQ(ioctl(other, TIOCGEXCL, &is_exclusive), 0);
    CHECK_EQ(is_exclusive, 1);
    CHECK_EQ(ioctl(other, TIOCNXCL), 0);
    close(other);
    close(pty.device);
}

/* ---- UDP ---- */

static void check_udp_packets(int family, const char *host, uint32_t packet_max)
{
    struct sockaddr_storage address = {.ss_family = (sa_family_t)family}, from;
    socklen_t len = sizeof(address), from_len = sizeof(from);
    struct twin_span got;
    char connstring[64];
    uint8_t bytes[64];

    const int device = socket(family, SOCK_DGRAM, 0);
    if (device < 0 ||
        bind(device, (struct sockaddr *)&address,
             family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6)) != 0) {
        printf("no address family %d here\n", family);
        return;
    }
    CHECK_EQ(getsockname(device, (struct sockaddr *)&address, &len), 0);
    const unsigned port =
        ntohs(family == AF_INET ? ((struct sockaddr_in *)(void *)&address)->sin_port
                                : ((struct sockaddr_in6 *)(void *)&address)->sin6_port);
    snprintf(connstring, sizeof(connstring), "%s:%u", host, port);
    struct twin_link *link = twin_link_open(twin_transport_find("udp"), connstring, &error);
    CHECK(link != NULL);
    if (link == NULL) {
        return;
    }
    CHECK_EQ(link->packet_max, packet_max);
    CHECK(send_all(link, (struct twin_span){(const uint8_t *)"ping", 4}));
    CHECK_EQ(recvfrom(device, bytes, sizeof(bytes), 0, (struct sockaddr *)&from, &from_len), 4);
    CHECK_EQ(sendto(device, "pong!", 5, 0, (struct sockaddr *)&from, from_len), 5);
    CHECK_EQ(receive(link, WAIT_MS, &got), TWIN_LINK_PACKET);
    CHECK_EQ(got.len, 5);
    CHECK_EQ(receive(link, 0, &got), TWIN_LINK_NONE);
    close(device);
    CHECK(send_all(link, (struct twin_span){(const uint8_t *)"ping", 4}));
    CHECK_EQ(receive(link, WAIT_MS, &got), TWIN_LINK_BROKEN);
    CHECK(strstr(error.why, "nothing listens") != NULL);
    twin_link_close(link);
}

static void check_udp_addresses(void)
{
    static const char *const good[] = {"127.0.0.1",       "127.0.0.1:5",     "localhost",
                                       "127.0.0.1:65535", "localhost:01337", "127.0.0.1:1"};
    static const struct refusal refusals[] = {
        {"", "UDP address", TWIN_ERROR_USAGE},
        {":1337", "UDP address", TWIN_ERROR_USAGE},
        {"[::1", "UDP address", TWIN_ERROR_USAGE},
        {"[::1]x", "UDP address", TWIN_ERROR_USAGE},
        {"[::1]:", "UDP address", TWIN_ERROR_USAGE},
        {"[]:1337", "UDP address", TWIN_ERROR_USAGE},
        {"[127.0.0.1]:1337", "UDP address", TWIN_ERROR_USAGE},
        {"[::1]:99999", "UDP address", TWIN_ERROR_USAGE},
        {"::g", "UDP address", TWIN_ERROR_USAGE},
        {"127.0.0.1:", "UDP address", TWIN_ERROR_USAGE},
        {"127.0.0.1:noport", "UDP address", TWIN_ERROR_USAGE},
        {"127.0.0.1:99999", "UDP address", TWIN_ERROR_USAGE},
        {"127.0.0.1:65536", "UDP address", TWIN_ERROR_USAGE},
        {"127.0.0.1:0", "UDP address", TWIN_ERROR_USAGE},
        {"127.0.0.1:-1", "UDP address", TWIN_ERROR_USAGE},
        {"127.0.0.1:0x539", "UDP address", TWIN_ERROR_USAGE},
        {"127.0.0.1: 1337", "UDP address", TWIN_ERROR_USAGE},
        {"127.0.0.1:1337,mtu=512", "UDP address", TWIN_ERROR_USAGE},
        {"dev=/dev/ttyACM0", "UDP address", TWIN_ERROR_USAGE},
        {"udp://127.0.0.1:1337", "UDP address", TWIN_ERROR_USAGE},
        {"no host", "UDP address", TWIN_ERROR_USAGE},
        {"no-such-host.invalid", "no-such-host.invalid", TWIN_ERROR_LINK},
        {"[fe80::1%nosuchlink]:1337", "fe80::1%nosuchlink", TWIN_ERROR_LINK},
    };

    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        struct twin_link *link = twin_link_open(twin_transport_find("udp"), good[i], &error);
        CHECK(link != NULL);
        twin_link_close(link);
    }
    check_refusals("udp", refusals, sizeof(refusals) / sizeof(refusals[0]));
}

int main(void)
{
    check_serial_packets();
    check_serial_blocked();
    check_serial_flood();
    check_serial_by_line();
    check_serial_port();
    check_serial_refusals();
    check_serial_settings();
    check_serial_surroundings();
    check_udp_packets(AF_INET, "127.0.0.1", 1472);
    check_udp_packets(AF_INET6, "[::1]", 1452);
    check_udp_addresses();
    CHECK(twin_transport_find("pigeon") == NULL);
    twin_link_close(NULL);
    return check_report();
}
