/*
 * announce.c - the SMP server announces the buffers that twinslot-device was told, instead of those
 * that the application was built with, so that one image serves every measurement. The linker
 * sends calls of twin_srv_init() here (--wrap). SPDX-License-Identifier: Apache-2.0
 */
#include "internal.h"
#include "twin/server.h"

twin_err_t real_init(struct twin_srv *srv,
                     const struct twin_srv_config *config) __asm__("__real_twin_srv_init");
twin_err_t announced_init(struct twin_srv *srv,
                          const struct twin_srv_config *config) __asm__("__wrap_twin_srv_init");

twin_err_t announced_init(struct twin_srv *srv, const struct twin_srv_config *config)
{
    static struct twin_srv_config announced;

    announced = *config;
    announced.buf_size = twin_native_hardware->smp_buf_size;
    announced.buf_count = twin_native_hardware->smp_buf_count;
    return real_init(srv, &announced);
}
