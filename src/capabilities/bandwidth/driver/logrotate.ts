// How logrotate rotates the log of bytes. Old versions are not compressed, so that their last lines can still be counted.

/** @param log where the log is, as logrotate reads it. */
export const logrotateFile = (log: string) => `# Written by whmapi1.
${log} {
\tsu root root
\tdaily
\tmaxsize 1G
\trotate 7
\tmissingok
\tnotifempty
\tnocompress
\tnocopytruncate
\tcreate 0640 root adm
\tsharedscripts
\tpostrotate
\t\tif systemctl --quiet is-active apache2; then systemctl reload apache2; fi
\tendscript
}
`;
