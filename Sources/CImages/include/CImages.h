/// Decoding of PNG (libpng) and JPEG (libjpeg-turbo) from memory to bytes, encoding of PNG.
///
/// Nothing outside this target includes png.h or turbojpeg.h. Pixels are height × width × channels,
/// with 1 channel for grey or 3 for RGB. Every call returns 0 on success, else -1 with one line in
/// `message`.
#ifndef CIMAGES_H
#define CIMAGES_H

#include <stddef.h>
#include <stdint.h>

enum { CIMAGES_MESSAGE = 200 };

/// What the header of a file says; `channels` is 3 if there may be colours.
typedef struct {
  int32_t height, width, channels;
} cimages_header;

int cimages_png_header(const uint8_t *data, size_t size, cimages_header *header, char *message);

/// Decodes into `pixels`, of exactly the size that `header` says. Transparent parts are composed on
/// white, in the values that the file has; 16 bits and palettes come out as 8 bits. A gamma that the
/// file names is applied: leave its chunk out to have the values of the file.
int cimages_png_decode(
    const uint8_t *data, size_t size, const cimages_header *header, uint8_t *pixels,
    char *message);

/// The most bytes that a PNG file of this size takes.
size_t cimages_png_capacity(const cimages_header *header);

/// Encodes `pixels` into `data`, of `*size` bytes, and sets `*size` to those in use.
int cimages_png_encode(
    const uint8_t *pixels, const cimages_header *header, uint8_t *data, size_t *size,
    char *message);

int cimages_jpeg_header(const uint8_t *data, size_t size, cimages_header *header, char *message);

/// Decodes into `pixels`, of exactly the size that `header` says. CMYK becomes RGB without a profile.
/// A file whose damage the library could paint over fails too.
int cimages_jpeg_decode(
    const uint8_t *data, size_t size, const cimages_header *header, uint8_t *pixels,
    char *message);

#endif
