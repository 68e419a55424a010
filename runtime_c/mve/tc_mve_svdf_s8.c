/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_mve_svdf_s8.h"
#include "tc_mve_svdf.h"

TC_MVE_INLINE int32_t remember(int8_t *state, const int8_t *time, int32_t count, int32_t sum)
{
#if defined(__ARM_FEATURE_MVE) && !defined(TC_NO_ASM)
    __asm__("wlstp.8 lr, %[count], 2f\n"
            "1: vldrb.8 q0, [%[state], #1]\n vstrb.8 q0, [%[state]], #16\n vldrb.8 q1, [%[time]], #16\n"
            "vmladava.s8 %[sum], q0, q1\n letp lr, 1b\n2:"
            : [sum] "+Te"(sum), [state] "+r"(state), [time] "+r"(time)
            : [count] "r"(count)
            : "lr", "q0", "q1", "memory");
#else
    for (; count > 0; count -= 16, state += 16, time += 16) {
        const mve_pred16_t some = vctp8q((uint32_t)count);
        const int8x16_t v = vld1q_z_s8(state + 1, some);
        vst1q_p_s8(state, v, some);
        sum = vmladavaq_s8(sum, v, vld1q_z_s8(time, some));
    }
#endif
    return sum;
}

TC_MVE_SVDF(tc_mve_svdf_s8, int8_t, INT8_MIN, INT8_MAX, remember)
