// Lets ssh read the answers to its questions from its standard input (ssh(1), SSH_ASKPASS).
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The variables of its environment. */
export function askpass() {
  // The program runs from dist/. In tests, it runs from src/machine/linux/.
  const places = [join(__dirname, '../share/ssh-askpass'), join(__dirname, '../../../share/ssh-askpass')];
  const program = places.find((place) => existsSync(place));
  if (program === undefined) throw new Error('The program “ssh-askpass” is not installed.');
  return { SSH_ASKPASS: program, SSH_ASKPASS_REQUIRE: 'force' };
}
