// What the kernel tells about the machine: its file systems and its sockets. Reading it needs no privileges, so a sandbox
// answers with those of the machine that it runs on.

/** A mounted file system. Sizes are in bytes. */
export interface FileSystem {
  /** What is mounted: `/dev/vda1`, `server:/export`, `overlay`. */
  readonly source: string;
  readonly mountPoint: string;
  readonly size: number;
  readonly used: number;
  /** What is left for others than the superuser. */
  readonly available: number;
  /** 0 where the file system does not count them, as on btrfs. */
  readonly inodes: number;
  readonly inodesUsed: number;
}

export interface FileSystems {
  readonly list: readonly FileSystem[];
  /** Mount points of file systems that did not answer in time, such as those of a server that is gone. */
  readonly silent: readonly string[];
}

/** One row of `/proc/net/tcp` and its like (proc(5)). */
export interface KernelSocket {
  /** `127.0.0.1`, `::1`; an IPv4 address that an IPv6 socket uses: `::ffff:127.0.0.1`. */
  readonly localAddress: string;
  readonly localPort: number;
  /** `0.0.0.0` or `::` and port 0 if there is no peer. */
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** In the kernel's numbers: 1 established, 10 listening, … (include/net/tcp_states.h). */
  readonly state: number;
  /** Bytes that wait to be read; of a listening socket, connections that wait to be accepted. */
  readonly receiveQueue: number;
  /** Bytes that wait to be sent. */
  readonly sendQueue: number;
  readonly uid: number;
  /** 0 if no process has it open. */
  readonly inode: number;
}

export type SocketTable = 'tcp' | 'tcp6' | 'udp' | 'udp6';

export interface MachineKernel {
  /** Those that take up space: of a disk, of another server, of a container. Each once, in the order of their mounts. */
  fileSystems(): Promise<FileSystems>;
  /** Empty where the kernel has no such protocol, such as IPv6. */
  sockets(table: SocketTable): Promise<readonly KernelSocket[]>;
}
