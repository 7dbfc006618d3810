/// The differences between oneDNN's C APIs 2.x and 3.x, and nothing else.
///
/// 2.x has memory descriptors by value and two-step operation descriptors; 3.x has opaque memory
/// descriptors and creates primitive descriptors directly.
#ifndef CONEDNN_API_H
#define CONEDNN_API_H

#include <oneapi/dnnl/dnnl.h>

#include "COneDNN.h"

#if DNNL_VERSION_MAJOR >= 3
typedef dnnl_memory_desc_t api_md;
typedef const_dnnl_memory_desc_t api_const_md;
static inline api_const_md api_md_pointer(const api_md *md) { return *md; }
#else
typedef dnnl_memory_desc_t api_md;
typedef const dnnl_memory_desc_t *api_const_md;
static inline api_const_md api_md_pointer(const api_md *md) { return md; }
#endif

typedef struct {
  api_const_md images, weights, bias, output;
  dnnl_dims_t strides, dilates, padding_before, padding_after;
  const_dnnl_primitive_attr_t attributes;
} api_convolution;

dnnl_status_t api_md_create(api_md *md, int rank, const dnnl_dims_t dims, dnnl_format_tag_t tag);
void api_md_destroy(api_md *md);
dnnl_status_t api_convolution_descriptor(dnnl_primitive_desc_t *result, dnnl_engine_t engine,
                                         conednn_direction direction,
                                         const api_convolution *request);

#endif
