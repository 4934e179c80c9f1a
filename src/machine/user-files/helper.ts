// The helper process of a user: reads requests from standard input, one after another, and does them with its rights.
import type { Readable, Writable } from 'node:stream';
import { MachineError } from '../../core/machine-error.ts';
import type { MachineUserFiles, UserFileContent } from '../../core/machine-user-files.ts';
import { Kind, nextFrame, readFrames, writeData, writeFrame, writeJson, type Frame } from './frames.ts';
import { HomeFiles } from './home-files.ts';

export interface Request {
  readonly home: string;
  /** As in `MachineUserFiles.below`. */
  readonly folder?: string | undefined;
  readonly operation: Exclude<keyof MachineUserFiles, 'home' | 'below'>;
  readonly words: readonly unknown[];
  /** True if the content follows, for `write`. */
  readonly hasContent: boolean;
}

/** The content follows if `hasContent`. */
export type Response =
  { readonly value: unknown; readonly hasContent: boolean } | { readonly error: DescribedError };

/** As in `MachineError`. */
interface DescribedError {
  readonly code: MachineError['code'];
  readonly message: string;
  readonly isOfHome: boolean;
}

type Method = (...words: readonly unknown[]) => Promise<unknown>;

const MAX_FRAME_BYTES = 1024 * 1024;
const ALIVE_MS = 5_000;

export async function serve(input: Readable, output: Writable): Promise<void> {
  const frames = readFrames(input, MAX_FRAME_BYTES);
  for (let frame = await nextFrame(frames); frame !== undefined; frame = await nextFrame(frames)) {
    const request = JSON.parse(frame.payload.toString()) as Request;
    const alive = setInterval(() => void writeFrame(output, Kind.alive).catch(() => undefined), ALIVE_MS);
    try {
      await answer(request, frames, output);
    } finally {
      clearInterval(alive);
    }
  }
}

async function answer(
  request: Request,
  frames: AsyncIterator<Frame, undefined>,
  output: Writable,
): Promise<void> {
  const source = request.hasContent ? new Content(frames) : undefined;
  let value: unknown;
  try {
    value = await perform(request, source);
  } catch (error) {
    await writeJson(output, { error: describeError(error) } satisfies Response);
    await source?.skip();
    return;
  }
  const { content, ...rest } = (value ?? {}) as Partial<UserFileContent>;
  if (content === undefined)
    return writeJson(output, { value: value ?? null, hasContent: false } satisfies Response);
  await writeJson(output, { value: rest, hasContent: true } satisfies Response);
  await writeData(output, content);
  await writeFrame(output, Kind.end);
}

function perform(
  { home, folder, operation, words }: Request,
  content: Content | undefined,
): Promise<unknown> {
  const files = new HomeFiles({ path: home, place: home, folder });
  if (content !== undefined) {
    const [path, options] = words as [string, object];
    return files.write(path, content, options);
  }
  return (files as unknown as Record<string, Method>)[operation]?.(...words) ?? Promise.resolve();
}

function describeError(error: unknown): DescribedError {
  if (error instanceof MachineError) {
    const { code, message, isOfHome } = error;
    return { code, message, isOfHome };
  }
  return {
    code: 'failed',
    message: `The work failed: ${error instanceof Error ? error.message : String(error)}`,
    isOfHome: false,
  };
}

/** The content that follows a request, part by part. */
class Content implements AsyncIterable<Uint8Array> {
  readonly #frames: AsyncIterator<Frame, undefined>;
  #isComplete = false;

  constructor(frames: AsyncIterator<Frame, undefined>) {
    this.#frames = frames;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    while (!this.#isComplete) {
      const frame = await nextFrame(this.#frames);
      if (frame?.kind === Kind.data) {
        yield frame.payload;
        continue;
      }
      this.#isComplete = true;
      if (frame?.kind !== Kind.end)
        throw new MachineError('failed', 'The content is incomplete. Nothing was written.');
    }
  }

  /** Reads what was not used, so that the next request is found. */
  async skip(): Promise<void> {
    while (!this.#isComplete) this.#isComplete = (await nextFrame(this.#frames))?.kind !== Kind.data;
  }
}
