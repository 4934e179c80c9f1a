// The log of a task as one text.
import type { FreeContext } from '../../../core/context.ts';

/** Complete lines only. Empty if there is no log, or no longer. */
export async function wholeLog(taskLog: FreeContext['taskLog'], id: number): Promise<string> {
  const lines: string[] = [];
  for (let offset = 0; ;) {
    const piece = await taskLog(id, offset);
    if (piece === undefined || piece.end === offset) return lines.map((line) => `${line}\n`).join('');
    lines.push(...piece.lines);
    offset = piece.end;
  }
}
