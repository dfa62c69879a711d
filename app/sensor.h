/*
 * sensor.h - a simulated finger sensor: a pulse wave and the oxygen saturation. Integers only, the
 * same values at each start. SPDX-License-Identifier: Apache-2.0
 */
#pragma once
#include <stdint.h>

#define SENSOR_PERIOD_MS 20 /* one sample in this time */

struct sensor {
    uint32_t samples; /* taken since the start */
    uint32_t noise;   /* state of the generator; not 0 */
    uint32_t phase;   /* within one beat: 0 to 65535 */
};

struct sensor_sample {
    uint8_t wave;         /* 0 to 255, peaks once a beat */
    uint8_t spo2_percent; /* oxygen saturation */
};

void sensor_init(struct sensor *sensor);
struct sensor_sample sensor_sample(struct sensor *sensor);
