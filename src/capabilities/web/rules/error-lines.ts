// The lines of Apache’s error log: [Thu Nov 26 16:46:41.123456 2026] [core:error] [pid 1] [client 192.0.2.1:1] …

export interface ErrorEntry {
  /** Seconds since 1970-01-01 UTC. Null if the line has no time, such as the second one of a message of PHP. */
  readonly time: number | null;
  /** The line without its time. */
  readonly text: string;
}

const LINE = /^\[(\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d)(?:\.\d+)? (\d{4})\] (.*)$/;

/** Apache writes the time of the server’s time zone. */
function readErrorLine(line: string): ErrorEntry {
  const [, time, year, text] = LINE.exec(line) ?? [];
  const at = Date.parse(`${time ?? ''} ${year ?? ''}`);
  if (text === undefined || Number.isNaN(at)) return { time: null, text: line };
  return { time: Math.floor(at / 1000), text };
}

/** @param lines the latest first. A line without a time has that of the line before it in the log. */
export function errorEntries(lines: readonly string[]): { date: number; entry: string }[] {
  const rows: { date: number; entry: string }[] = [];
  let last = 0;
  for (const { time, text } of lines.toReversed().map(readErrorLine)) {
    last = time ?? last;
    rows.push({ date: last, entry: text });
  }
  return rows.reverse();
}
