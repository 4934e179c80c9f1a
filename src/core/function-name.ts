// A function's name as somebody sent it: it may be anything.

/** As much of an unknown function's name as can be a name: what follows may be a secret. */
export function nameOnly(command: string): string {
  const [name = ''] = /^\w{0,64}/.exec(command) ?? [];
  return name === command ? name : `${name}…`;
}

/** A function's name as somebody sent it, cut to a length that an answer and a log can bear. */
export function printable(command: string): string {
  return command.length > 128 ? `${command.slice(0, 127).toWellFormed()}…` : command;
}
