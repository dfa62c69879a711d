/*
 * vitals.c - see vitals.h. A beat is where the wave rises through the upper threshold, after it
 * was below the lower one. SPDX-License-Identifier: Apache-2.0
 */
#include "vitals.h"

#define RISES_ABOVE 200
#define FALLS_BELOW 60
#define MINUTE_MS   60000u

void vitals_init(struct vitals *vitals)
{
    *vitals = (struct vitals){.heart_rate = 0};
}

static void beat(struct vitals *vitals)
{
    uint32_t apart = vitals->priv.samples - vitals->priv.beat_at;

    if (vitals->priv.seen) {
        vitals->heart_rate = (uint16_t)(MINUTE_MS / (apart * SENSOR_PERIOD_MS));
    }
    vitals->priv.seen = true;
    vitals->priv.beat_at = vitals->priv.samples;
}

void vitals_take(struct vitals *vitals, struct sensor_sample sample)
{
    vitals->priv.samples++;
    vitals->spo2_percent = sample.spo2_percent;
    if (!vitals->priv.high && sample.wave > RISES_ABOVE) {
        vitals->priv.high = true;
        beat(vitals);
    } else if (sample.wave < FALLS_BELOW) {
        vitals->priv.high = false;
    }
}

bool vitals_plausible(const struct vitals *vitals)
{
    return vitals->heart_rate >= 20 && vitals->heart_rate <= 300 && vitals->spo2_percent >= 50 &&
           vitals->spo2_percent <= 100;
}
