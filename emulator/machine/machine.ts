/**
 * The machine: harts, RAM and devices of one board, run in guest time.
 *
 * `(kernel, disk, seed, console input)` fixes the run: nothing here reads the host's clock or any other state of
 * the host.
 */
import { createVirtBoard } from '../boards/virt.js';
import { RAM_BASE } from '../boards/virt-memory-map.js';
import type { VirtBoard } from '../boards/virt.js';
import { CopyOnWriteDisk } from '../devices/block-store.js';
import type { DeviceHost, InterruptLine } from '../devices/device.js';
import { DEFAULT_LATENCY } from '../devices/virtio-blk.js';
import type { ServedRequest } from '../devices/virtio-blk.js';
import { CodePages } from '../engine/code-pages.js';
import { createInterpreter } from '../engine/interpreter.js';
import type { Interpreter } from '../engine/interpreter.js';
import * as layout from '../engine/layout.js';
import { loadMachine } from '../firmware/load.js';
import { HartState } from '../firmware/sbi/call.js';
import { createSbi } from '../firmware/sbi/index.js';
import { Hart } from '../hart/hart.js';
import type { HartEnvironment } from '../hart/hart.js';
import { GuestRam, LinearMemory } from '../hart/memory.js';
import { EventHub } from '../observe/events.js';
import type { EventKind, Listener } from '../observe/events.js';
import { createSchedule } from '../schedule/schedule.js';
import type { Schedule } from '../schedule/schedule.js';
import { SystemBus } from './bus.js';
import { StateDigest, TraceHash } from './digest.js';
import { EngineHost } from './engine-host.js';
import { MachineHarts } from './hart-control.js';
import { configure } from './options.js';
import type { MachineOptions } from './options.js';
import { Probes } from './probes.js';
import type { ProbeListener } from './probes.js';
import { RunLoop } from './run-loop.js';
import type { RunLimits } from './run-loop.js';
import type { StopReason } from './stop.js';
import { Watches } from './watches.js';
import type { WatchListener } from './watches.js';

export type { MachineOptions } from './options.js';
export type { RunLimits } from './run-loop.js';

/** Guest seconds after which harts leave reset even if the one that boots has not left M-mode. */
const RESET_LIMIT = 5;

export class Machine {
  readonly frequency: number;
  /** Bytes the host sent to the console, with the guest cycle at which each arrived: with the seed, the run. */
  readonly inputLog: { readonly cycle: number; readonly bytes: Uint8Array }[] = [];
  readonly harts: readonly Hart[];
  readonly memory: GuestRam;
  readonly board: VirtBoard;
  /** By index: the id (`mhartid`) of each hart, ascending. */
  readonly hartIds: readonly number[];
  /**
   * Id of the hart that boots: with builtin firmware the only one to start; otherwise the one the device tree's
   * header and `fw_dynamic_info` name.
   */
  readonly bootHart: number;
  private readonly linear: LinearMemory;
  private readonly events = new EventHub();
  private readonly schedule: Schedule;
  private readonly loop: RunLoop;
  private readonly code: CodePages;
  private readonly probes: Probes;
  private readonly watches: Watches;
  private readonly control: MachineHarts;
  private readonly engineHost: EngineHost;
  private readonly trace = new TraceHash();
  private interpreter: Interpreter | undefined;
  private stateDigest: StateDigest | undefined;

  /** Harts that wait for the one that boots. */
  private readonly inReset: Hart[] = [];
  private latestTime = 0n;

  private constructor(options: MachineOptions) {
    const configuration = configure(options);
    const { hartIds, firmware } = configuration;
    const harts = hartIds.length;
    this.frequency = configuration.frequency;
    this.schedule = createSchedule(harts, configuration.seed);
    this.hartIds = hartIds;
    this.bootHart = hartIds[configuration.bootHart ?? this.schedule.bootHart] ?? 0;
    const plan = layout.layOut(harts, configuration.memory);
    this.linear = new LinearMemory(
      new WebAssembly.Memory({ initial: plan.pages, maximum: plan.pages }),
      plan,
    );
    this.memory = new GuestRam(this.linear, RAM_BASE, (address, length) => {
      this.code.changed(address - RAM_BASE, length);
    });
    this.code = new CodePages(
      this.linear,
      (slot) => {
        for (const hart of this.harts) hart.tlb.dropSlot(slot);
      },
      (page) => {
        for (const hart of this.harts) hart.tlb.dropWrites(plan.ram + page * layout.PAGE_SIZE);
      },
    );
    this.probes = new Probes(this.code);
    this.watches = new Watches(this.linear, this.memory, () => this.harts);
    this.loop = new RunLoop({
      frequency: this.frequency,
      schedule: this.schedule,
      harts: () => this.harts,
      settle: (hart) => this.watches.settle(hart),
      listening: () => this.board.uart.listening,
    });
    const builtinFirmware = firmware === 'builtin';
    const environment = this.environment(builtinFirmware);
    this.harts = hartIds.map((id, index) => new Hart(index, id, environment));

    const host = this.deviceHost(harts);
    const { diskDelay } = this.schedule;
    this.board = createVirtBoard(host, {
      hartIds,
      plicOrder: configuration.plicOrder,
      diskLatency: {
        request: DEFAULT_LATENCY.request * diskDelay,
        sector: DEFAULT_LATENCY.sector * diskDelay,
      },
      ...(options.disk && { disks: [{ store: new CopyOnWriteDisk(options.disk) }] }),
      onServed: (_disk, request) => {
        this.served(request);
      },
    });
    this.board.uart.onTransmit((byte) => {
      this.transmitted(Uint8Array.of(byte));
    });
    this.control = new MachineHarts(this.harts, {
      memory: this.memory,
      events: this.events,
      now: () => this.loop.now(),
      setTimer: (hart, ticks) => {
        this.board.clint.supervisorTimer(hart).set(ticks);
      },
      startDelay: (hart) => configuration.startDelays[hart] ?? 0,
      raised: (hart) => {
        this.raised(hart);
      },
      trace: (kind, hart, a, b) => {
        environment.trace(kind, hart, a, b);
      },
      enteredSupervisor: (hart, start) => {
        this.enteredSupervisor(hart, start);
      },
    });
    const sbi = builtinFirmware
      ? createSbi({
          harts: this.control,
          device: host,
          console: {
            write: (bytes) => {
              this.transmitted(bytes);
            },
            read: (limit) => this.board.uart.take(limit),
          },
        })
      : undefined;

    this.engineHost = new EngineHost({
      memory: this.linear,
      environment,
      harts: this.harts,
      bus: new SystemBus(this.board.regions),
      code: this.code,
      control: this.control,
      probes: this.probes,
      watches: this.watches,
      sbi,
      stopped: () => this.loop.stopReason() !== undefined,
    });

    const starts = loadMachine(this.memory, {
      harts: hartIds,
      bootHart: this.bootHart,
      firmware,
      ...(options.kernel && { kernel: options.kernel }),
      ...(options.initrd && { initrd: options.initrd }),
      ...(options.names && { names: options.names }),
      deviceTree: (initrd) =>
        this.board.deviceTree({
          bootHart: this.bootHart,
          ...(options.bootargs !== undefined && { bootargs: options.bootargs }),
          ...(initrd && { initrd }),
        }),
    });
    for (const start of starts) {
      const hart = this.harts[hartIds.indexOf(start.hart)];
      if (!hart) continue;
      if (builtinFirmware) {
        this.control.enterSupervisor(hart.index, start.pc, start.a1);
        this.control.setState(hart.index, HartState.Started);
        continue;
      }
      hart.pc = start.pc;
      hart.setX(10, BigInt(start.hart));
      hart.setX(11, start.a1);
      hart.setX(12, start.a2);
      if (typeof firmware === 'string' || configuration.bootHart === undefined || hart.id === this.bootHart) {
        hart.state = HartState.Started;
      } else {
        this.inReset.push(hart);
      }
    }
    if (this.inReset.length > 0) {
      this.loop.at(Math.round(RESET_LIMIT * this.frequency), () => {
        this.releaseHarts();
      });
    }
  }

  /**
   * Builds a machine and loads it.
   * @throws RangeError for options out of range, BadImageError for files that are not what they should be
   */
  static async create(options: MachineOptions): Promise<Machine> {
    const machine = new Machine(options);
    machine.interpreter = await createInterpreter(machine.linear.wasm, machine.engineHost);
    machine.stateDigest = await StateDigest.create();
    return machine;
  }

  /** Listens to machine events; returns a function that stops listening. */
  on<K extends EventKind>(kind: K, listener: Listener<K>): () => void {
    return this.events.on(kind, listener);
  }

  /**
   * Calls the listener before the instruction at a physical address executes, on any hart and in any mode: its
   * registers are those before the instruction. The listener may add and remove probes, and must not change the
   * machine. A run with probes is the same run.
   * @returns a function that stops it
   * @throws RangeError when there can be no instruction
   */
  probe(address: number, listener: ProbeListener): () => void {
    if (!Number.isInteger(address) || address % 2 !== 0 || !this.memory.contains(address, 2)) {
      throw new RangeError(`probe: found address ${address}, expected an even one in RAM`);
    }
    return this.probes.add(address - RAM_BASE, listener);
  }

  /**
   * Calls the listener after a store of any hart that touches `[address, address + size)`, physical addresses of RAM.
   * A run with watches is the same run, but every store to a watched page is slow.
   * @returns a function that stops it
   * @throws RangeError when the range is empty or outside of RAM
   */
  watch(address: number, size: number, listener: WatchListener): () => void {
    if (!Number.isInteger(address) || !Number.isInteger(size) || size < 1) {
      throw new RangeError(`watch: found ${size} bytes at ${address}, expected at least one`);
    }
    if (!this.memory.contains(address, size)) {
      throw new RangeError(`watch: found ${size} bytes at ${address}, expected a range in RAM`);
    }
    return this.watches.add(address, size, listener);
  }

  /** Types bytes on the console, at the present guest time. */
  input(bytes: Uint8Array): void {
    this.inputLog.push({ cycle: this.cycles, bytes: bytes.slice() });
    this.board.uart.receive(bytes);
  }

  /**
   * Puts another disk in place of the present one, at the present guest time: capacity and configuration generation
   * change, and the driver gets a configuration change interrupt (virtio 1.2, 2.5.1, 4.2.2 and 5.2.4). What the guest
   * wrote to the old one is lost; `contents` are never modified.
   * @throws Error when the machine was made without a disk
   */
  changeDisk(contents: Uint8Array): void {
    const [disk] = this.board.disks;
    if (!disk) throw new Error('changeDisk: the machine was made without a disk');
    disk.changeMedium(new CopyOnWriteDisk(contents));
  }

  /** Guest cycles since reset. */
  get cycles(): number {
    return this.loop.now();
  }

  /** Guest seconds since reset. */
  get time(): number {
    return this.loop.now() / this.frequency;
  }

  /** Instructions executed by all harts since reset, those that trapped included. */
  get instructions(): number {
    return this.loop.executed;
  }

  /**
   * Fingerprint of registers, CSRs, RAM and the trace so far: equal for equal runs, on every host. Take it where
   * a `run` returned.
   */
  digest(): string {
    if (!this.stateDigest) throw new Error('the machine is not ready');
    const counts = this.harts.flatMap((hart) => [hart.steps, hart.trapped, hart.local]);
    return this.stateDigest.compute(this.linear, [
      this.cycles,
      this.loop.executed,
      ...this.trace.words,
      ...counts,
    ]);
  }

  /** Fingerprint of the trace alone: cheap, and different wherever two schedules differed in effect. */
  traceDigest(): string {
    return this.trace.words.map((word) => word.toString(16).padStart(8, '0')).join('');
  }

  /** Lets idle guest time pass up to `seconds` since reset, at most to the next event. */
  skipIdle(seconds: number): void {
    this.loop.skipIdle(seconds);
  }

  /** Runs until something in `limits` is reached or the guest stops. */
  run(limits: RunLimits = {}): StopReason {
    if (!this.interpreter) throw new Error('the machine is not ready');
    return this.loop.run(this.interpreter, limits);
  }

  private releaseHarts(): void {
    for (const hart of this.inReset) {
      hart.state = HartState.Started;
      hart.local = Math.max(hart.local, this.loop.now());
    }
    this.inReset.length = 0;
  }

  private enteredSupervisor(hart: Hart, start: boolean): void {
    if (this.inReset.length > 0) this.releaseHarts();
    if (!this.events.wants('supervisor-enter')) return;
    this.events.emit('supervisor-enter', {
      time: this.loop.now(),
      hart: hart.index,
      pc: hart.pc,
      a0: hart.x(10),
      a1: hart.x(11),
      satp: hart.wide('satp'),
      start,
    });
  }

  // --- What harts, devices and firmware see ---

  private environment(builtinFirmware: boolean): HartEnvironment {
    return {
      memory: this.linear,
      ram: this.memory,
      events: this.events,
      builtinFirmware,
      now: () => this.loop.now(),
      readTime: () => {
        const ticks = this.board.clint.mtime();
        if (ticks > this.latestTime) this.latestTime = ticks;
        return this.latestTime;
      },
      endSlice: (hart) => {
        this.loop.endSlice(hart);
      },
      enteredSupervisor: (hart, start) => {
        this.enteredSupervisor(hart, start);
      },
      trace: (kind, hart, a, b) => {
        this.trace.add(kind | (hart << 8));
        this.trace.add(this.loop.now());
        this.trace.add(a);
        this.trace.add(Number(b & 0xffffffffn));
      },
    };
  }

  private deviceHost(harts: number): DeviceHost {
    return {
      harts,
      now: () => this.loop.now(),
      frequency: this.frequency,
      at: (cycle, callback) => this.loop.at(cycle, callback),
      setInterrupt: (index: number, line: InterruptLine, level: boolean) => {
        const hart = this.harts[index];
        if (!hart) throw new RangeError(`there is no hart ${index}`);
        hart.setLine(line, level);
        if (level) this.raised(hart);
      },
      memory: this.memory,
      stop: (reason) => {
        this.loop.stop(reason);
      },
    };
  }

  /** A bit of the hart's mip may have been set. */
  private raised(hart: Hart): void {
    if (hart.idle && hart.wakeable) this.control.wake(hart);
    this.loop.endSlice(hart);
  }

  private served({ type, sector, count, status }: ServedRequest): void {
    if (!this.events.wants('disk')) return;
    const write = type === 'out';
    this.events.emit('disk', { time: this.loop.now(), type, write, sector: Number(sector), count, status });
  }

  private transmitted(bytes: Uint8Array): void {
    if (this.events.wants('console')) this.events.emit('console', { time: this.loop.now(), bytes });
  }
}
