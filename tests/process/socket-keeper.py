# Keeps a listening socket as systemd does, and runs the server with it, once for each line on standard input.
import os, signal, socket, sys

keeper = socket.socket()
keeper.bind(("127.0.0.1", 0))
keeper.listen(64)
port = keeper.getsockname()[1]
os.dup2(keeper.fileno(), 3)
os.set_inheritable(3, True)
os.environ.update(LISTEN_FDS="1", LISTEN_FDNAMES=f"whostmgrd-127.0.0.1-{port}")
print(f"port {port}", flush=True)
for _line in sys.stdin:
    child = os.fork()
    if child == 0:
        os.environ["LISTEN_PID"] = str(os.getpid())
        os.execvp(sys.argv[1], [*sys.argv[1:], f"--port={port}"])
    print(f"process {child}", flush=True)
    os.waitpid(child, 0)
    print("ended", flush=True)
