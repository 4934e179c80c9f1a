// Function names as sent by clients, which can be any text.

/** The part of an unknown function's name that can be a name. The rest may be a secret. */
export function nameOnly(command: string): string {
  const [name = ''] = /^\w{0,64}/.exec(command) ?? [];
  return name === command ? name : `${name}…`;
}

/** A function's name as sent, shortened for responses and logs. */
export function printable(command: string): string {
  return command.length > 128 ? `${command.slice(0, 127).toWellFormed()}…` : command;
}
