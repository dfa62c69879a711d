# The one list of rooms: what each folder of C code may use, always rooms further up. CMake builds
# lib/ by it; `./run lint` checks every include, and what is linked. SPDX-License-Identifier: Apache-2.0
#
#     twin_room(FOLDER word...)         with a * in FOLDER: each such folder is a room of its own
#
#         USES ROOM...        rooms whose headers it includes, besides its own
#         OUTSIDE LIBRARY...  libraries of others whose headers it includes
#         SOURCES FILE...     what is compiled, in a room of lib/; a * stands for all there are
#         HEADERS NAME...     headers in include/twin that are this room's. Others are by their
#                             names: twin/flash.h is lib/flash's, so is twin/slots.h for its slots.c
#         PUBLIC HEADER...    all that others may include of a room of host/; these are installed
#         NAMES PREFIX        external names begin so: a program that links it collides with nobody
#         QUIET               keeps no variables, never prints, never ends the program
#         HOLDS FILE...       nothing but these files
#
#     twin_exception(FILE CHECK "reason")     this check of the lint passes over the file

# What runs on a device and in a client: freestanding.
twin_room(lib/core
  SOURCES err.c proof.c crc16.c base64.c cbor.c cbor_foreign.c text.c
  HEADERS bytes outcome)
twin_room(lib/smp USES lib/core
  SOURCES packet.c console.c msg.c msg_items.c msg_decode_more.c msg_read.c msg_common.c rc.c groups.c groups/*.c)
twin_room(lib/crypto USES lib/core OUTSIDE bearssl p256-m tinyssh
  SOURCES sha256_bearssl.c sha512_bearssl.c rsa_pss.c sig_rsa2048.c sig_rsa3072.c ecdsa.c ecdsa_bearssl.c
    sig_p256.c sig_p384.c
    aes_ctr.c secret.c ecies.c unwrap_kw.c unwrap_ec256.c unwrap_rsa2048.c x25519.c unwrap_x25519.c
    unwrap_x25519_sha512.c packages/p256m/sig_p256m.c packages/p256m/unwrap_ec256m.c packages/tinyssh/ed25519.c
    packages/tinyssh/sig_ed25519.c packages/tinyssh/sig_ed25519_sha512.c
  HEADERS unwrap)
twin_room(lib/flash USES lib/core
  SOURCES area.c check.c slots.c scratch.c layout.c trailer.c modes.c record.c shared.c
  HEADERS mode)
twin_room(lib/image USES lib/core lib/flash lib/crypto
  SOURCES header.c version.c downgrade.c tlv.c verify.c key_hash.c flags.c any_device.c uuid.c cipher.c)
twin_room(lib/unpack USES lib/core lib/flash lib/image lib/crypto OUTSIDE 7zip
  SOURCES unpack.c stream.c lzma2.c)
twin_room(lib/boot USES lib/core lib/flash lib/image lib/crypto lib/unpack
  SOURCES boot.c report.c start.c images.c swap.c no_downgrade.c script.c moves.c attempts.c validate.c pick.c pick_revert.c recover.c hangs.c share.c recorder.c decrypter.c modes/*.c)
twin_room(lib/server USES lib/core lib/smp lib/flash lib/image lib/crypto
  SOURCES server.c groups/*.c)
twin_room(lib/client USES lib/core lib/smp
  SOURCES client.c upload.c upload_pace.c listing.c update.c update_stages.c files.c)

# What programs on a PC share.
twin_room(host/base NAMES twin_ QUIET USES lib/core
  PUBLIC error.h buf.h file.h ask.h secret.h hex.h std_fds.h)
twin_room(host/cli NAMES cli_ USES host/base lib/core OUTSIDE jansson)
twin_room(host/profiles NAMES twin_ QUIET USES host/base OUTSIDE jansson)
twin_room(host/report NAMES twin_ QUIET USES host/base lib/core lib/smp lib/image lib/client
  OUTSIDE jansson)
twin_room(host/transport NAMES twin_ QUIET USES host/base lib/core lib/smp
  PUBLIC link.h)
twin_room(host/session NAMES twin_ QUIET USES host/base host/transport lib/core lib/smp lib/client
  PUBLIC session.h)
twin_room(host/keys NAMES twin_ QUIET USES host/base lib/core lib/crypto lib/image
  OUTSIDE openssl p11-kit
  PUBLIC key.h hash.h key_pem.h key_private.h hsm.h openssl.h source.h)
twin_room(host/signing NAMES twin_ QUIET USES host/base host/keys lib/core lib/flash lib/image
  OUTSIDE openssl lzma jansson
  PUBLIC sign.h image_file.h fit.h encrypt.h lzma.h sign_log.h view.h fault.h tlv.h trailer.h verify.h
    downgrade.h dump.h hexfile.h)
twin_room(host/firmware NAMES twin_ QUIET
  USES host/base host/keys host/signing lib/core lib/smp lib/image lib/client)

# Programs: commands.c is the table, cmd_*.c a command; the rest is a library's.
twin_room(tools/* USES host/* lib/* OUTSIDE openssl
  HOLDS main.c commands.[ch] cmd_*.[ch] CMakeLists.txt imgtool.py)

# Boards, what all of them have, and what they run.
twin_room(ports USES lib/*)
twin_room(ports/boot USES ports lib/*)
twin_room(ports/common USES ports lib/*)
twin_room(ports/* USES ports ports/boot ports/common lib/*)
twin_room(app USES ports lib/*)

# What stands in for hardware on a PC.
twin_room(sim/common USES host/base)
twin_room(sim/* USES sim/common host/base ports ports/* lib/*)

# Tests reach everything.
twin_room(tests)
twin_room(tests/* USES tests tests/* host/* tools/* sim/* ports ports/* app lib/*
  OUTSIDE openssl jansson bearssl)
twin_room(bench USES lib/* tests/*)

# What calls a package whose source a build fetches when it is asked for: by the package's own names.
twin_exception(lib/crypto/packages/p256m/sig_p256m.c freestanding "calls p256-m")
twin_exception(lib/crypto/packages/p256m/unwrap_ec256m.c freestanding "calls p256-m, and is called by it")
twin_exception(lib/crypto/packages/tinyssh/ed25519.c freestanding "calls TinySSH, and is called by it")
