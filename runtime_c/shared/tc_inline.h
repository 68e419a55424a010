/* SPDX-License-Identifier: Apache-2.0 */
/* Functions that are for being inlined where an argument is constant. Private to the kernels. */
#ifndef TC_INLINE_H
#define TC_INLINE_H

#ifdef __GNUC__
#define TC_INLINE static inline __attribute__((always_inline))
#else
#define TC_INLINE static inline
#endif

#endif
