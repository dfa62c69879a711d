/*
 * test_client_transport.c - the host's links: serial over a pseudo-terminal, UDP over loopback.
 * SPDX-License-Identifier: Apache-2.0
 */
#define _XOPEN_SOURCE 700
#include "check.h"
#include "transport.h"
#include "twin/console.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#define WAIT_MS 5000 /* for what comes at once; it is never waited for in full */

static struct transport_problem problem;

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

static struct transport_link *serial(const char *connstring)
{
    return transport_open(transport_find("serial"), connstring, &problem);
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
    struct transport_link *link = serial(pty.connstring);
    CHECK(link != NULL);
    CHECK_EQ(link->packet_guess, 371);
    link->on_text = check_text;
    link->ctx = &texts;
    for (size_t i = 0; i < sizeof(packet); i++) {
        packet[i] = (uint8_t)(i * 7);
    }
    twin_console_decoder_init(&decoder, room, sizeof(room));
    const struct twin_span whole = {packet, sizeof(packet)};

    CHECK(transport_send(link, whole, &problem));
    len = device_reads(&pty, line, sizeof(line), &decoder);
    CHECK_EQ(line[0], '\n'); /* the device may have been in the middle of a line */
    CHECK_EQ(len, 1 + TWIN_CONSOLE_ENCODED_MAX(sizeof(packet)));
    CHECK_EQ(decoder.packet.len, sizeof(packet));
    CHECK_MEM(decoder.packet.ptr, packet, sizeof(packet));
    CHECK(transport_send(link, whole, &problem));
    CHECK_EQ(device_reads(&pty, line, sizeof(line), &decoder),
             TWIN_CONSOLE_ENCODED_MAX(sizeof(packet)));
    CHECK_EQ(line[0], 6);

    CHECK_EQ(transport_receive(link, 0, &got, &problem), TRANSPORT_SILENCE);
    CHECK(transport_send(link, whole, &problem)); /* something may be lost half-way: new line */
    device_reads(&pty, line, sizeof(line), &decoder);
    CHECK_EQ(line[0], '\n');

    CHECK_EQ(twin_console_encode(whole, framed, sizeof(framed), &len), TWIN_OK);
    device_writes(&pty, "booting\r\nuart:~$ ", 17);
    device_writes(&pty, framed, len / 2);
    CHECK_EQ(transport_receive(link, 0, &got, &problem), TRANSPORT_SILENCE);
    device_writes(&pty, framed + len / 2, len - len / 2);
    device_writes(&pty, framed, len); /* two at once */
    for (int i = 0; i < 2; i++) {
        CHECK_EQ(transport_receive(link, WAIT_MS, &got, &problem), TRANSPORT_PACKET);
        CHECK_EQ(got.len, sizeof(packet));
        CHECK_MEM(got.ptr, packet, sizeof(packet));
    }
    CHECK_EQ(texts, 1);

    close(pty.device); /* the cable is pulled */
    CHECK_EQ(transport_receive(link, WAIT_MS, &got, &problem), TRANSPORT_BROKEN);
    CHECK(strstr(problem.text, pty.dev) != NULL);
    transport_close(link);
}

static void check_serial_stop(void)
{
    struct twin_span got;
    struct pty pty;
    int stop[2];

    pty_make(&pty);
    CHECK_EQ(pipe(stop), 0);
    struct transport_link *link = serial(pty.connstring);
    link->stop_fd = stop[0];
    CHECK_EQ(write(stop[1], "x", 1), 1);
    CHECK_EQ(transport_receive(link, 3600000, &got, &problem), TRANSPORT_STOPPED);
    transport_close(link);
    close(stop[0]);
    close(stop[1]);
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
    struct transport_link *link = serial(pty.connstring);
    CHECK(link != NULL);
    CHECK_EQ(tcgetattr(other, &during), 0);
    CHECK_EQ(during.c_lflag & (tcflag_t)(ECHO | ICANON | ISIG), 0);
    CHECK_EQ(during.c_oflag & (tcflag_t)OPOST, 0);
    CHECK(serial(pty.connstring) == NULL);
    CHECK(strstr(problem.text, "in use") != NULL);
    transport_close(link);
    CHECK_EQ(tcgetattr(other, &after), 0);
    CHECK_EQ(after.c_lflag, before.c_lflag);
    CHECK_EQ(after.c_iflag, before.c_iflag);
    CHECK_EQ(after.c_oflag, before.c_oflag);
    CHECK_EQ(cfgetospeed(&after), cfgetospeed(&before));
    link = serial(pty.connstring);
    CHECK(link != NULL);
    transport_close(link);
    close(other);
    close(pty.device);
}

struct refusal {
    const char *connstring, *text;
    bool is_usage;
};

static void check_refusals(const char *name, const struct refusal *refusals, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        memset(&problem, 0, sizeof(problem));
        CHECK(transport_open(transport_find(name), refusals[i].connstring, &problem) == NULL);
        CHECK(strstr(problem.text, refusals[i].text) != NULL);
        CHECK_EQ(problem.is_usage, refusals[i].is_usage);
    }
}

static void check_serial_refusals(void)
{
    static char long_name[2000];
    const struct refusal refusals[] = {
        {"dev=/nowhere/tty", "no serial port /nowhere/tty", false},
        {"/dev/null", "not a serial port", false},
        {"dev=/dev/null,baud=1234", "baud rate '1234'", true},
        {"dev=/dev/null,baud=115200x", "4000000", true},
        {"dev=/dev/null,baud=", "baud", true},
        {"dev=/dev/null,mtu=5", "mtu", true},
        {"dev=/dev/null,speed=5", "speed", true},
        {"", "no port", true},
        {"baud=9600", "no port", true},
        {long_name, "too long", true},
    };

    memset(long_name, 'x', sizeof(long_name) - 1);
    check_refusals("serial", refusals, sizeof(refusals) / sizeof(refusals[0]));
    long_name[300] = '\0';
    check_refusals("serial", &refusals[9], 1);
}

/* ---- UDP ---- */

static void check_udp_packets(int family, const char *host, uint32_t packet_max)
{
    struct sockaddr_storage address = {.ss_family = (sa_family_t)family}, from;
    socklen_t len = sizeof(address), from_len = sizeof(from);
    struct transport_problem why;
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
    struct transport_link *link = transport_open(transport_find("udp"), connstring, &why);
    CHECK(link != NULL);
    if (link == NULL) {
        return;
    }
    CHECK_EQ(link->packet_max, packet_max);
    CHECK(transport_send(link, (struct twin_span){(const uint8_t *)"ping", 4}, &why));
    CHECK_EQ(recvfrom(device, bytes, sizeof(bytes), 0, (struct sockaddr *)&from, &from_len), 4);
    CHECK_EQ(sendto(device, "pong!", 5, 0, (struct sockaddr *)&from, from_len), 5);
    CHECK_EQ(transport_receive(link, WAIT_MS, &got, &why), TRANSPORT_PACKET);
    CHECK_EQ(got.len, 5);
    CHECK_EQ(transport_receive(link, 0, &got, &why), TRANSPORT_SILENCE);
    close(device);
    CHECK(transport_send(link, (struct twin_span){(const uint8_t *)"ping", 4}, &why));
    CHECK_EQ(transport_receive(link, WAIT_MS, &got, &why), TRANSPORT_BROKEN);
    CHECK(strstr(why.text, "nothing listens") != NULL);
    transport_close(link);
}

static void check_udp_addresses(void)
{
    static const char *const good[] = {"127.0.0.1", "127.0.0.1:5", "localhost"};
    static const struct refusal refusals[] = {
        {"", "UDP address", true},           {":1337", "UDP address", true},
        {"[::1", "UDP address", true},       {"[::1]x", "UDP address", true},
        {"127.0.0.1:", "UDP address", true}, {"127.0.0.1:noport", "noport", false},
    };

    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        struct transport_link *link = transport_open(transport_find("udp"), good[i], &problem);
        CHECK(link != NULL);
        transport_close(link);
    }
    check_refusals("udp", refusals, sizeof(refusals) / sizeof(refusals[0]));
}

int main(void)
{
    check_serial_packets();
    check_serial_stop();
    check_serial_port();
    check_serial_refusals();
    check_udp_packets(AF_INET, "127.0.0.1", 1472);
    check_udp_packets(AF_INET6, "[::1]", 1452);
    check_udp_addresses();
    CHECK(transport_find("pigeon") == NULL);
    transport_close(NULL);
    return check_report();
}
