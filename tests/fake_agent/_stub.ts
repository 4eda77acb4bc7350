/**
 * A stand-in for `iteratr tool`, as a shell script: enough of the task commands for the fake agent to
 * work with. Beside itself it keeps `tasks` (a line `id|status|waits for|content` each) and
 * `calls` (the arguments of each call).
 */
export const ITERATR_STUB = String.raw`#!/bin/sh
set -eu
here=$(dirname "$0")
tasks=$here/tasks
echo "$*" >>"$here/calls"
touch "$tasks"
command=$2
shift 2
id= status= before= json=
while [ $# -gt 0 ]; do
  case $1 in
    --id) id=$2 ;;
    --status) status=$2 ;;
    --depends-on) before=$2 ;;
    --tasks) json=$2 ;;
  esac
  shift 2
done
rewrite() {
  awk -F'|' -v OFS='|' -v id="$id" -v status="$status" -v before="$before" \
    '$1 == id && status { $2 = status } $1 == id && before { $3 = before } { print }' \
    "$tasks" >"$tasks.new"
  mv "$tasks.new" "$tasks"
  echo OK
}
case $command in
  task-batch-add)
    printf %s "$json" | grep -o '"content":"[^"]*"' | cut -d'"' -f4 |
      awk '{ print "TAS-" NR "|remaining||" $0 }' >>"$tasks"
    ;;
  task-status | task-depends) rewrite ;;
  task-next)
    awk -F'|' '
      { count++; status[$1] = $2; if ($2 == "completed") done++; else open[++n] = $0 }
      END {
        for (i = 1; i <= n; i++) {
          split(open[i], t, "|")
          if (t[3] == "" || status[t[3]] == "completed") {
            printf "{\"id\":\"%s\",\"content\":\"%s\",\"priority\":2,\"status\":\"%s\"}\n", t[1], t[4], t[2]
            exit
          }
        }
        if (!count) print "No ready tasks: there are no tasks yet"
        else if (done == count) print "No ready tasks: all " count " tasks are done"
        else { split(open[1], t, "|"); print "No ready tasks: " t[1] " waits for " t[3] }
      }' "$tasks"
    ;;
  session-complete) echo "Session marked complete" ;;
  note-add) echo "Note added" ;;
  *) echo "unknown command $command" >&2; exit 1 ;;
esac
`;
