/*
 * sensor.c - see sensor.h. SPDX-License-Identifier: Apache-2.0
 */
#include "sensor.h"

#define BEAT         65536u
#define SAMPLES_MIN  (60u * 1000u / SENSOR_PERIOD_MS) /* samples a minute */
#define RATE_LOW     66u                              /* beats a minute, slowly up and down */
#define RATE_SPAN    12u
#define BREATH_SHIFT 6 /* the rate moves one beat a minute in 64 samples */

/* One beat: steep rise, notch, slow fall. */
static const uint8_t beat[16] = {10,  70,  180, 250, 230, 180, 130, 110,
                                 125, 115, 90,  65,  45,  30,  20,  12};

void sensor_init(struct sensor *sensor)
{
    *sensor = (struct sensor){.noise = 1};
}

/* A few random bits: 32-bit xorshift. */
static uint32_t noise(struct sensor *sensor)
{
    uint32_t bits = sensor->noise;

    bits ^= bits << 13;
    bits ^= bits >> 17;
    bits ^= bits << 5;
    sensor->noise = bits;
    return bits;
}

/* 0 up to span and down again. */
static uint32_t triangle(uint32_t step, uint32_t span)
{
    uint32_t at = step % (2 * span);

    return at < span ? at : 2 * span - at;
}

struct sensor_sample sensor_sample(struct sensor *sensor)
{
    uint32_t rate = RATE_LOW + triangle(sensor->samples >> BREATH_SHIFT, RATE_SPAN);
    uint32_t place = sensor->phase * 16 / BEAT;
    struct sensor_sample sample = {
        .wave = (uint8_t)(beat[place] + noise(sensor) % 5),
        .spo2_percent = (uint8_t)(96 + noise(sensor) % 3),
    };

    sensor->samples++;
    sensor->phase = (sensor->phase + rate * BEAT / SAMPLES_MIN) % BEAT;
    return sample;
}
