// The process that starts tools for a server. The build bundles it as a separate file, because it must stay small.
import type { FileHandle } from 'node:fs/promises';
import process from 'node:process';
import { MachineError } from '../../core/machine-error.ts';
import { lockFile } from './lock.ts';
import type { Message, Request } from './starter-messages.ts';
import { runTool } from './tool.ts';

const locks = new Map<number, FileHandle>();

const tell = (message: Message) => process.send?.(message, undefined, undefined, () => undefined);

async function answer({ id, work }: Request): Promise<void> {
  try {
    tell({ kind: 'done', id, value: await perform(id, work) });
  } catch (error) {
    const { code, message: text } = error as { code?: string; message: string };
    tell({ kind: 'failed', id, error: { code, text, isOfMachine: error instanceof MachineError } });
  }
}

async function perform(id: number, work: Request['work']): Promise<unknown> {
  switch (work.kind) {
    case 'lock':
      locks.set(id, await lockFile(work.path));
      return id;
    case 'unlock': {
      const file = locks.get(work.lock);
      locks.delete(work.lock);
      return file?.close();
    }
    case 'run': {
      const { tool, words, options, streams, lock } = work;
      const onOutput = (text: string) => void tell({ kind: 'output', id, text });
      const file = lock === undefined ? undefined : locks.get(lock);
      return runTool(tool, words, { ...options, ...(streams ? { onOutput } : {}) }, file?.fd);
    }
  }
}

process.on('message', (request: Request) => void answer(request));
// The server has ended, or has closed this process. Its locks last until the tools that inherited them have ended.
process.on('disconnect', () => process.exit());
tell({ kind: 'ready' });
