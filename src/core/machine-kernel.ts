// The kernel's information about the machine: its file systems and sockets. Reading it requires no privileges, so a
// sandbox returns the information about the machine that it runs on.

/** A mounted file system. Sizes are in bytes. */
export interface FileSystem {
  /** The mounted device or source: `/dev/vda1`, `server:/export`, `overlay`. */
  readonly source: string;
  readonly mountPoint: string;
  readonly size: number;
  readonly used: number;
  /** The space that is available to ordinary users. */
  readonly available: number;
  /** 0 if the file system does not count inodes, such as btrfs. */
  readonly inodes: number;
  readonly inodesUsed: number;
}

export interface FileSystems {
  readonly list: readonly FileSystem[];
  /** Mount points of file systems that did not respond in time, for example because their server is down. */
  readonly silent: readonly string[];
}

/** One row of `/proc/net/tcp` and similar files (proc(5)). */
export interface KernelSocket {
  /** `127.0.0.1`, `::1`. For an IPv6 socket that uses an IPv4 address: `::ffff:127.0.0.1`. */
  readonly localAddress: string;
  readonly localPort: number;
  /** `0.0.0.0` or `::` and port 0 if there is no peer. */
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** The kernel's number of the state: 1 established, 10 listening, … (include/net/tcp_states.h). */
  readonly state: number;
  /** The number of bytes not yet read. For a listening socket, the number of connections not yet accepted. */
  readonly receiveQueue: number;
  /** The number of bytes not yet sent. */
  readonly sendQueue: number;
  readonly uid: number;
  /** 0 if no process has the socket open. */
  readonly inode: number;
}

export type SocketTable = 'tcp' | 'tcp6' | 'udp' | 'udp6';

/** In bytes. */
export interface Memory {
  readonly total: number;
  /** What new programs can use without swapping, as the kernel estimates it. */
  readonly available: number;
}

/** Processes of a program. */
export interface ProcessMemory {
  readonly count: number;
  /** In bytes, with a proportional part of what several processes share. */
  readonly bytes: number;
}

export interface MachineKernel {
  memory(): Promise<Memory>;
  /**
   * Measures the processes of a program, an absolute path, whose command line matches. Processes that this user may not
   * examine are omitted.
   */
  processMemory(program: string, commandLine: RegExp): Promise<ProcessMemory>;
  /**
   * Returns the file systems that use space on a disk, on another server or in a container. Each is listed once, in
   * mount order.
   */
  fileSystems(): Promise<FileSystems>;
  /** Empty if the kernel lacks the protocol, such as IPv6. */
  sockets(table: SocketTable): Promise<readonly KernelSocket[]>;
  /** Returns the paths of the Unix sockets on which processes listen. */
  listeningPaths(): Promise<ReadonlySet<string>>;
}
