# Where a program begins. The kernel leaves on the stack, from sp upwards, argc, argv,
# NULL, envp, NULL (System V ABI, "Process Initialization").

    .section .text.start, "ax"
    .globl _start
_start:
    ld      a0, 0(sp)       # argc
    addi    a1, sp, 8       # argv
    addi    a2, a0, 1
    slli    a2, a2, 3
    add     a2, a2, a1      # envp: behind argv's NULL
    li      fp, 0           # the outermost frame
    call    main
    call    exit
