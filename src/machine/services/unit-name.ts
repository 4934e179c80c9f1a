// Names of systemd units, for Linux and the sandbox.

/** Returns the name with its type. @throws TypeError */
export function unitName(name: string): string {
  const unit = /\.(?:service|socket|timer|target|path|mount)$/.test(name) ? name : `${name}.service`;
  // systemd.unit(5): letters, digits and these characters. A leading dash would be an option of systemctl.
  if (!/^[A-Za-z0-9:_\\@][A-Za-z0-9:_.\\@-]*$/.test(unit) || unit.length > 255) {
    throw new TypeError('Invalid unit name: use letters, digits and “:”, “_”, “.”, “@”, “-”.');
  }
  return unit;
}
