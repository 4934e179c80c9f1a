/**
 * The environment in which the program has another time. The clock itself belongs to the whole computer.
 * @param time milliseconds since 1970-01-01.
 */
export function atTime(time: number): Readonly<Record<string, string>> {
  const ahead = Math.round(time - Date.now());
  // Without spaces, which would separate options. The program asks for the time with `Date.now` only.
  const script = `Date.now=((now)=>()=>now()+(${ahead}))(Date.now)`;
  return { NODE_OPTIONS: `--import=data:text/javascript,${script}` };
}
