import type { Machine } from './machine.ts';

/** Waits until Apache serves the website of a new account, which createacct does not wait for. */
export function waitUntilServed(machine: Machine, domain: string): void {
  machine.sh(`end=$(( $(date +%s) + 120 ))
    while curl -s --resolve ${domain}:80:127.0.0.1 http://${domain}/ | grep -q 'There is no website'
    do [ $(date +%s) -lt $end ]; sleep 0.1; done`);
}
