#include <stdio.h>
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
  if (colours == TJCS_CMYK || colours == TJCS_YCCK)
    return fail(handle, "its colours are CMYK, not RGB", message);
  tjDestroy(handle);
  return 0;
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
  const int format = header->channels == 3 ? TJPF_RGB : TJPF_GRAY;
  if (tjDecompress2(
          handle, data, (unsigned long)size, pixels, header->width, 0, header->height, format,
          flags) != 0)
    return fail(handle, tjGetErrorStr2(handle), message);
  tjDestroy(handle);
  return 0;
}
