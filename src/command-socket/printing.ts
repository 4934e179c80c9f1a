// Prints a response to a connection, as to the streams of the command, and not faster than the command takes it.
import type { Socket } from 'node:net';
import { setImmediate as othersHaveRun } from 'node:timers/promises';
import { getSystemErrorMap } from 'node:util';
import { WriteError, type Io, type Output } from '../cli/io.ts';
import { reportWriteError } from '../cli/main.ts';
import { commandIo } from './command-io.ts';
import { frame, textFrame } from './frames.ts';
import type { CommandRequest, Terminal } from './request.ts';

/** Prints a response. @returns the exit status. */
export type Print = (io: Io) => Promise<number>;

/** A frame is sent when its text has this length, or the text of the other stream follows. */
const FRAME_LENGTH = 65_536;

export class Printing {
  readonly #socket: Socket;
  readonly #io: Io;
  /** What every write to standard output meets. */
  readonly #failure: WriteError | undefined;
  #isSilent: boolean;
  #stream: 'O' | 'E' = 'O';
  /** What the next frame has. Long texts that are joined would be copied once more. */
  #texts: string[] = [];
  #length = 0;
  /** The longest frame. Its memory is used again when it has left: a long list has thousands of frames. */
  #longest: Buffer | undefined;
  /** True if a frame was sent since the last wait. */
  #isSending = false;

  /**
   * @param errno the error of a write of the command to standard output. The response is then printed again, from that
   * write on. A response writes standard output in one loop, so what follows is the same whichever write fails: here,
   * the first one does.
   */
  constructor(socket: Socket, request: CommandRequest, errno?: number) {
    const { stdout, stderr } = request;
    this.#socket = socket;
    this.#failure = errno === undefined ? undefined : writeError(errno);
    this.#isSilent = errno !== undefined;
    this.#io = {
      ...commandIo(request),
      stdout: { ...outputTo(stdout, (text) => this.#write('O', text)), drained: () => this.#drained() },
      stderr: outputTo(stderr, (text) => this.#write('E', text)),
      ranBy: `The command ran in whmapi1d (process ${process.pid}).`,
    };
  }

  async run(print: Print): Promise<void> {
    // What is short leaves in one piece, with its exit status.
    this.#socket.cork();
    const status = await this.#statusOf(print);
    if (this.#failure !== undefined) this.#begin();
    this.#sendText();
    this.#send(frame('X', Buffer.from([status])));
    this.#socket.uncork();
  }

  /** Sends nothing more. The rest of the response is not read. */
  stop(): void {
    this.#isSilent = true;
  }

  async #statusOf(print: Print): Promise<number> {
    try {
      return await print(this.#io);
    } catch (error) {
      if (!(error instanceof WriteError)) throw error;
      return reportWriteError(error, this.#io);
    }
  }

  #write(stream: 'O' | 'E', text: string): void {
    if (text === '') return;
    if (stream === 'O' && this.#failure !== undefined) {
      this.#begin();
      throw this.#failure;
    }
    if (stream !== this.#stream) this.#sendText();
    this.#stream = stream;
    this.#texts.push(text);
    this.#length += text.length;
    if (this.#length >= FRAME_LENGTH) this.#sendText();
  }

  /** Marks where the response goes on after the write that failed. */
  #begin(): void {
    if (!this.#isSilent) return;
    this.#discardText();
    this.#isSilent = false;
    this.#send(frame('M'));
  }

  #sendText(): void {
    if (this.#length === 0) return;
    if (!this.#isSilent) {
      const hasLeft = this.#socket.writableLength === 0;
      const bytes = textFrame(this.#stream, this.#texts, hasLeft ? this.#longest : undefined);
      if (bytes.length > Math.max(FRAME_LENGTH, this.#longest?.length ?? 0)) this.#longest = bytes;
      this.#send(bytes);
    }
    this.#discardText();
  }

  #discardText(): void {
    this.#texts = [];
    this.#length = 0;
  }

  #send(bytes: Buffer): void {
    if (this.#isSilent) return;
    this.#isSending = true;
    this.#socket.write(bytes);
  }

  /** @throws WriteError if nobody reads the response any more. */
  async #drained(): Promise<void> {
    if (this.#isSending) {
      this.#isSending = false;
      this.#socket.uncork();
      if (this.#socket.writableNeedDrain) await hasRoom(this.#socket);
      // A connection whose reader is fast has room at once, without a round of the event loop.
      await othersHaveRun();
      this.#socket.cork();
    }
    if (this.#isSilent || this.#socket.destroyed) throw new WriteError('EPIPE', 'The command has ended.');
  }
}

/** Waits until the connection takes more, or is closed. */
function hasRoom(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      socket.off('drain', end).off('close', end);
      resolve();
    };
    socket.on('drain', end).on('close', end);
  });
}

function outputTo({ isTerminal, columns, rows }: Terminal, write: (text: string) => void): Output {
  return {
    write,
    isTerminal: () => isTerminal,
    size: () => (isTerminal && columns > 0 && rows > 0 ? { columns, rows } : undefined),
  };
}

/** As Node reports it. */
function writeError(errno: number): WriteError {
  const [code = 'UNKNOWN', message = 'unknown error'] = getSystemErrorMap().get(-errno) ?? [];
  return new WriteError(code, `${code}: ${message}, write`);
}
