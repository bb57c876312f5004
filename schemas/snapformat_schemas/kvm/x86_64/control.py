"""Bits of the control, flag and debug registers.

Read from the Intel SDM, volume 3, "Control Registers" and "Debug Registers", and the AMD APM, volume 2,
chapter 3.
"""

from __future__ import annotations

from snapformat.bits import Bits

#: Control register 0.
CR0 = (
    Bits("PE", 0, "Protected mode"),
    Bits("MP", 1, "WAIT checks TS"),
    Bits("EM", 2, "No x87 FPU: its instructions fault"),
    Bits("TS", 3, "Task switched: the next x87 or SSE instruction faults"),
    Bits("ET", 4, "Always 1"),
    Bits("NE", 5, "x87 errors are exceptions, not interrupts"),
    Bits("WP", 16, "The kernel can't write read-only pages either"),
    Bits("AM", 18, "Alignment checks can be switched on"),
    Bits("NW", 29, "No write-through"),
    Bits("CD", 30, "Caches are off"),
    Bits("PG", 31, "Paging"),
)

#: Control register 3, in 64-bit mode without PCIDs.
CR3 = (
    Bits("PWT", 3, "Write-through access to the top page table"),
    Bits("PCD", 4, "Uncached access to the top page table"),
    Bits("PML", 12, "Physical address of the top page table, >> 12", 40),
    Bits("LAM_U57", 61, "User pointers ignore bits 62:57"),
    Bits("LAM_U48", 62, "User pointers ignore bits 62:48"),
)

#: Control register 3, in 64-bit mode with PCIDs (CR4.PCIDE).
CR3_PCID = (
    Bits("PCID", 0, "Process-context identifier, which tags TLB entries", 12),
    Bits("PML", 12, "Physical address of the top page table, >> 12", 40),
    Bits("LAM_U57", 61, "User pointers ignore bits 62:57"),
    Bits("LAM_U48", 62, "User pointers ignore bits 62:48"),
)

#: Control register 4.
CR4 = (
    Bits("VME", 0, "Virtual-8086 mode extensions"),
    Bits("PVI", 1, "Protected-mode virtual interrupts"),
    Bits("TSD", 2, "RDTSC is for the kernel only"),
    Bits("DE", 3, "DR4 and DR5 are not DR6 and DR7; I/O breakpoints"),
    Bits("PSE", 4, "4 MiB pages in 32-bit paging"),
    Bits("PAE", 5, "Page-table entries of 8 bytes; 64-bit mode needs it"),
    Bits("MCE", 6, "Machine checks raise #MC"),
    Bits("PGE", 7, "Global pages stay in the TLB"),
    Bits("PCE", 8, "RDPMC is for user code too"),
    Bits("OSFXSR", 9, "The system saves SSE state with FXSAVE"),
    Bits("OSXMMEXCPT", 10, "SSE errors raise #XM"),
    Bits("UMIP", 11, "SGDT, SIDT, SLDT, SMSW and STR are for the kernel only"),
    Bits("LA57", 12, "Page tables of five levels"),
    Bits("VMXE", 13, "VMX may be entered"),
    Bits("SMXE", 14, "GETSEC may be used"),
    Bits("FSGSBASE", 16, "User code may set the bases of FS and GS"),
    Bits("PCIDE", 17, "CR3 holds a process-context identifier"),
    Bits("OSXSAVE", 18, "The system saves extended state with XSAVE"),
    Bits("KL", 19, "Key Locker"),
    Bits("SMEP", 20, "The kernel can't run user pages"),
    Bits("SMAP", 21, "The kernel can't read or write user pages unless it sets AC"),
    Bits("PKE", 22, "Protection keys of user pages"),
    Bits("CET", 23, "Shadow stacks and branch tracking"),
    Bits("PKS", 24, "Protection keys of kernel pages"),
    Bits("UINTR", 25, "User interrupts"),
    Bits("LASS", 27, "Linear address space separation"),
    Bits("LAM_SUP", 28, "Kernel pointers ignore their upper bits"),
    Bits("FRED", 32, "Flexible return and event delivery"),
)

#: Extended feature enable register, MSR 0xc0000080.
EFER = (
    Bits("SCE", 0, "SYSCALL and SYSRET"),
    Bits("LME", 8, "Long mode is requested"),
    Bits("LMA", 10, "Long mode is active: LME with paging on"),
    Bits("NXE", 11, "Pages can be marked as not executable"),
    Bits("SVME", 12, "SVM instructions (AMD)"),
    Bits("LMSLE", 13, "Segment limits in long mode (AMD)"),
    Bits("FFXSR", 14, "FXSAVE leaves XMM registers out in the kernel (AMD)"),
    Bits("TCE", 15, "INVLPG drops only translations of the page (AMD)"),
    Bits("MCOMMIT", 17, "MCOMMIT instruction (AMD)"),
    Bits("INTWB", 18, "WBINVD can be interrupted (AMD)"),
    Bits("UAIE", 20, "Upper bits of addresses are ignored (AMD)"),
    Bits("AIBRSE", 21, "Automatic restriction of indirect branches (AMD)"),
)

#: Flags register.
RFLAGS = (
    Bits("CF", 0, "Carry"),
    Bits("RES1", 1, "Always 1", ones=True),
    Bits("PF", 2, "Even parity of the lowest byte"),
    Bits("AF", 4, "Carry out of bit 3"),
    Bits("ZF", 6, "Result is zero"),
    Bits("SF", 7, "Result is negative"),
    Bits("TF", 8, "Single step"),
    Bits("IF", 9, "Interrupts are accepted"),
    Bits("DF", 10, "String instructions go downwards"),
    Bits("OF", 11, "Signed overflow"),
    Bits("IOPL", 12, "Lowest privilege that may do I/O", 2),
    Bits("NT", 14, "Nested task"),
    Bits("RF", 16, "A breakpoint at the next instruction is ignored"),
    Bits("VM", 17, "Virtual-8086 mode"),
    Bits("AC", 18, "Alignment checks in user code; access to user pages under SMAP"),
    Bits("VIF", 19, "Virtual copy of IF"),
    Bits("VIP", 20, "A virtual interrupt waits"),
    Bits("ID", 21, "CPUID exists if this can be changed"),
)

#: Base address register of the local APIC (`kvm_sregs.apic_base`), MSR 0x1b.
APIC_BASE = (
    Bits("BSP", 8, "The boot processor"),
    Bits("EXTD", 10, "x2APIC mode: registers are MSRs"),
    Bits("EN", 11, "The local APIC is on"),
    Bits("BASE", 12, "Physical address of its registers, >> 12", 40),
)

#: Debug status register.
DR6 = (
    Bits("B0", 0, "Breakpoint 0 was met"),
    Bits("B1", 1, "Breakpoint 1 was met"),
    Bits("B2", 2, "Breakpoint 2 was met"),
    Bits("B3", 3, "Breakpoint 3 was met"),
    Bits("RES1", 4, "Always 1", 7, ones=True),
    Bits("BLD", 11, "0 after a bus lock", ones=True),
    Bits("BD", 13, "A debug register was accessed while DR7.GD was set"),
    Bits("BS", 14, "Single step"),
    Bits("BT", 15, "Task switch"),
    Bits("RTM", 16, "0 after a breakpoint in a transaction", ones=True),
    Bits("RES1_HIGH", 17, "Always 1", 15, ones=True),
)

_ACCESS = {0: "execute", 1: "write", 2: "I/O", 3: "read or write"}
_LENGTH = {0: "1 byte", 1: "2 bytes", 2: "8 bytes", 3: "4 bytes"}

#: Debug control register.
DR7 = (
    *(
        bits
        for n in range(4)
        for bits in (
            Bits(f"L{n}", 2 * n, f"Breakpoint {n} is armed for the current task"),
            Bits(f"G{n}", 2 * n + 1, f"Breakpoint {n} is armed for all tasks"),
        )
    ),
    Bits("LE", 8, "Exact breakpoints for the task; not used since the P6"),
    Bits("GE", 9, "Exact breakpoints; not used since the P6"),
    Bits("RES1", 10, "Always 1", ones=True),
    Bits("RTM", 11, "Debugging of transactions"),
    Bits("GD", 13, "An access to a debug register raises #DB"),
    *(
        bits
        for n in range(4)
        for bits in (
            Bits(f"RW{n}", 16 + 4 * n, f"Kind of access that triggers breakpoint {n}", 2, _ACCESS),
            Bits(f"LEN{n}", 18 + 4 * n, f"Length of the range of breakpoint {n}", 2, _LENGTH),
        )
    ),
)
