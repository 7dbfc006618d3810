#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>

#include "CImages.h"

static int fail(tjhandle handle, const char *text, char *message) {
  snprintf(message, CIMAGES_MESSAGE, "%s", text);
  if (handle) tjDestroy(handle);
  return -1;
}

static int read_header(
    tjhandle handle, const uint8_t *data, size_t size, cimages_header *header, int *colours) {
  // A file of tables alone is no error to the library, which then sets nothing.
  int subsampling = 0, width = 0, height = 0;
  *colours = TJCS_RGB;
  if (tjDecompressHeader3(
          handle, data, (unsigned long)size, &width, &height, &subsampling, colours) != 0)
    return -1;
  if (height < 1 || width < 1) return -2;
  header->height = height;
  header->width = width;
  header->channels = *colours == TJCS_GRAY ? 1 : 3;
  return 0;
}

int cimages_jpeg_header(const uint8_t *data, size_t size, cimages_header *header, char *message) {
  tjhandle handle = tjInitDecompress();
  if (!handle) return fail(handle, tjGetErrorStr2(NULL), message);
  int colours;
  const int result = read_header(handle, data, size, header, &colours);
  if (result != 0)
    return fail(handle, result == -2 ? "no picture in it" : tjGetErrorStr2(handle), message);
  tjDestroy(handle);
  return 0;
}

// Whether a marker APP14 "Adobe" stands before the picture: then inks are stored as 255 minus their
// amount.
static int has_adobe_marker(const uint8_t *data, size_t size) {
  size_t at = 2;
  while (at + 4 <= size && data[at] == 0xff) {
    const uint8_t marker = data[at + 1];
    if (marker == 0xff) {
      at += 1;
      continue;
    }
    if (marker == 0xda) return 0;
    const size_t length = (size_t)data[at + 2] << 8 | data[at + 3];
    if (marker == 0xee && length >= 7 && at + 9 <= size && memcmp(data + at + 4, "Adobe", 5) == 0)
      return 1;
    at += 2 + length;
  }
  return 0;
}

// RGB without a profile: what each ink lets through times what black does.
static void convert_inks(const uint8_t *inks, uint8_t *pixels, size_t count, int inverted) {
  for (size_t pixel = 0; pixel < count; pixel++) {
    const unsigned flip = inverted ? 0 : 255, light = inks[4 * pixel + 3] ^ flip;
    for (int channel = 0; channel < 3; channel++) {
      const unsigned through = inks[4 * pixel + channel] ^ flip;
      pixels[3 * pixel + channel] = (uint8_t)((through * light + 127) / 255);
    }
  }
}

int cimages_jpeg_decode(
    const uint8_t *data, size_t size, const cimages_header *header, uint8_t *pixels,
    char *message) {
  tjhandle handle = tjInitDecompress();
  if (!handle) return fail(handle, tjGetErrorStr2(NULL), message);
  cimages_header found;
  int colours;
  if (read_header(handle, data, size, &found, &colours) != 0)
    return fail(handle, tjGetErrorStr2(handle), message);
  if (memcmp(&found, header, sizeof found) != 0)
    return fail(handle, "the header has changed", message);
  // Hundreds of scans over a large picture would take minutes to decode.
  const int flags = TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS | TJFLAG_ACCURATEDCT;
  const int is_cmyk = colours == TJCS_CMYK || colours == TJCS_YCCK;
  const size_t count = (size_t)header->height * header->width;
  uint8_t *inks = is_cmyk ? malloc(4 * count) : NULL;
  if (is_cmyk && !inks) return fail(handle, "not enough memory", message);
  const int format = is_cmyk ? TJPF_CMYK : header->channels == 3 ? TJPF_RGB : TJPF_GRAY;
  const int status = tjDecompress2(
      handle, data, (unsigned long)size, is_cmyk ? inks : pixels, header->width, 0, header->height,
      format, flags);
  if (status == 0 && is_cmyk) convert_inks(inks, pixels, count, has_adobe_marker(data, size));
  free(inks);
  if (status != 0) return fail(handle, tjGetErrorStr2(handle), message);
  tjDestroy(handle);
  return 0;
}
