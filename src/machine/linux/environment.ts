// The environment of the system's own tools. It contains nothing from this process.
export const environment = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' };
