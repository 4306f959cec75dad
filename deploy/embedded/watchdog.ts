/**
 * Each server has a shell beside it, in a session of its own, that outlives whoever started it:
 *
 *     starting   copies the template, starts the server as its child
 *     running    waits for the server, while a reader waits for its standard input to end
 *     stopping   the input ended (the starter died, or said so): SIGQUIT, the shutdown without checkpoint
 *     gone       the server has ended, in whichever way: the run folder is removed
 *
 * What each crash leaves behind: the starter's (SIGKILL, too) nothing, for the kernel closes the pipe.
 * The server's nothing; its log's end is printed first. The shell's own: the kernel ends the server
 * (`--pdeathsig`, on Linux) and the folder stays for the next start's sweep, which knows it by the
 * named pipe `alive` that nobody reads any more; the pipe has that name once it is read, so that no
 * sweep takes a start for such a crash. A machine's: the folder, likewise.
 *
 * SIGQUIT and never SIGKILL for the server: a killed one leaves a System V memory segment. SIGTERM goes
 * first, for a shell starts its background processes with SIGQUIT ignored, and one that comes before the
 * server has set its handlers would be lost.
 */
export const watchdogScript = `
run=$1 template=$2; shift 2
exec 4<&0 </dev/null
trap 'exec 4<&-; rm -rf "$run"; exit 1' HUP INT TERM
mkfifo -m 600 "$run/pipe" && exec 3<>"$run/pipe" && mv "$run/pipe" "$run/alive" &&
  cp -R "$template" "$run/data" || { rm -rf "$run"; exit 1; }

end_with_us=
setpriv --pdeathsig QUIT true 2>/dev/null && end_with_us='setpriv --pdeathsig QUIT'
$end_with_us "$@" 3>&- 4<&- >"$run/log" 2>&1 &
server=$!
stop() { kill -TERM "$server" 2>/dev/null; kill -QUIT "$server" 2>/dev/null; }
trap stop HUP INT TERM

(
  trap - HUP INT TERM
  exec 3>&- >/dev/null
  read -r _ <&4
  : >"$run/stopping"
  stop
) &
reader=$!
exec 4<&-

wait "$server"
code=$?
[ "$code" -gt 128 ] && kill -0 "$server" 2>/dev/null && wait "$server"
kill "$reader" 2>/dev/null
[ -e "$run/stopping" ] || tail -n 20 "$run/log" 2>/dev/null
rm -rf "$run" 2>/dev/null || { sleep 1; rm -rf "$run"; }
exit "$code"
`;
