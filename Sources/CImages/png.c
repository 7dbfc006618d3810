#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CImages.h"

static int fail(png_image *image, char *message) {
  snprintf(message, CIMAGES_MESSAGE, "%s", image->message);
  png_image_free(image);
  return -1;
}

static int begin(png_image *image, const uint8_t *data, size_t size) {
  memset(image, 0, sizeof *image);
  image->version = PNG_IMAGE_VERSION;
  return png_image_begin_read_from_memory(image, data, size);
}

static cimages_header header_of(const png_image *image) {
  const int32_t limit = INT32_MAX;
  cimages_header header;
  header.height = image->height > (uint32_t)limit ? limit : (int32_t)image->height;
  header.width = image->width > (uint32_t)limit ? limit : (int32_t)image->width;
  header.channels = image->format & PNG_FORMAT_FLAG_COLOR ? 3 : 1;
  return header;
}

int cimages_png_header(const uint8_t *data, size_t size, cimages_header *header, char *message) {
  png_image image;
  if (!begin(&image, data, size)) return fail(&image, message);
  *header = header_of(&image);
  png_image_free(&image);
  return 0;
}

// Lays the values of pixels with an alpha channel over white, as they are: no gamma is undone.
static void compose(const uint8_t *from, uint8_t *to, size_t pixels, int channels) {
  for (size_t pixel = 0; pixel < pixels; pixel++) {
    const unsigned alpha = from[channels];
    for (int channel = 0; channel < channels; channel++)
      to[channel] = (uint8_t)((from[channel] * alpha + 255 * (255 - alpha) + 127) / 255);
    from += channels + 1;
    to += channels;
  }
}

static int decode_with_alpha(
    png_image *image, const cimages_header *header, uint8_t *pixels, char *message) {
  const size_t count = (size_t)header->height * header->width;
  uint8_t *values = malloc(count * (header->channels + 1));
  if (!values) {
    snprintf(message, CIMAGES_MESSAGE, "not enough memory");
    png_image_free(image);
    return -1;
  }
  image->format = header->channels == 3 ? PNG_FORMAT_RGBA : PNG_FORMAT_GA;
  const int result =
      png_image_finish_read(image, NULL, values, 0, NULL) ? 0 : fail(image, message);
  if (result == 0) compose(values, pixels, count, header->channels);
  free(values);
  png_image_free(image);
  return result;
}

int cimages_png_decode(
    const uint8_t *data, size_t size, const cimages_header *header, uint8_t *pixels,
    char *message) {
  png_image image;
  if (!begin(&image, data, size)) return fail(&image, message);
  const cimages_header found = header_of(&image);
  if (memcmp(&found, header, sizeof found) != 0) {
    snprintf(message, CIMAGES_MESSAGE, "the header has changed");
    png_image_free(&image);
    return -1;
  }
  // Without it 16 bits that name no gamma are taken for linear light and come out too bright.
  image.flags |= PNG_IMAGE_FLAG_16BIT_sRGB;
  if (image.format & PNG_FORMAT_FLAG_ALPHA)
    return decode_with_alpha(&image, header, pixels, message);
  image.format = header->channels == 3 ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY;
  if (!png_image_finish_read(&image, NULL, pixels, 0, NULL)) return fail(&image, message);
  png_image_free(&image);
  return 0;
}

static png_image image_of(const cimages_header *header) {
  png_image image;
  memset(&image, 0, sizeof image);
  image.version = PNG_IMAGE_VERSION;
  image.width = (uint32_t)header->width;
  image.height = (uint32_t)header->height;
  image.format = header->channels == 3 ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY;
  return image;
}

size_t cimages_png_capacity(const cimages_header *header) {
  const png_image image = image_of(header);
  return PNG_IMAGE_PNG_SIZE_MAX(image);
}

int cimages_png_encode(
    const uint8_t *pixels, const cimages_header *header, uint8_t *data, size_t *size,
    char *message) {
  png_image image = image_of(header);
  png_alloc_size_t written = *size;
  if (!png_image_write_to_memory(&image, data, &written, 0, pixels, 0, NULL)) {
    return fail(&image, message);
  }
  *size = written;
  return 0;
}
