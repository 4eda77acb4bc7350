/** The shells that there is a script for. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

/** One of them. */
export type Shell = (typeof SHELLS)[number];

/** The line that says that files are to be offered. */
export const FILES_LINE = ":files";

// Bash takes a word apart at "=", and macOS still has bash 3.2: no negative subscripts, no compopt.
const BASH = `# Completion of iteratr for bash: eval "$(iteratr completions bash)"
_iteratr() {
  local i n=0 word last lead line typed
  typed=()
  for ((i = 1; i <= COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if ((n > 0)) && [[ $word == "=" || \${typed[n - 1]} == --*= ]]; then
      typed[n - 1]=\${typed[n - 1]}$word
    else
      typed[n]=$word
      n=$((n + 1))
    fi
  done
  last=\${typed[n - 1]}
  lead=
  if [[ $last == --*=* ]]; then
    lead=\${last%%=*}=
  fi
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == "${FILES_LINE}" ]]; then
      compopt -o filenames 2>/dev/null
      while IFS= read -r line; do
        COMPREPLY+=("$line")
      done < <(compgen -f -- "\${last#"$lead"}")
      continue
    fi
    word=\${line%%$'\\t'*}
    if [[ $COMP_WORDBREAKS == *=* ]]; then
      word=\${word#"$lead"}
    fi
    COMPREPLY+=("$word")
  done < <(iteratr complete -- "\${typed[@]}" 2>/dev/null)
}
complete -F _iteratr iteratr
`;

const ZSH = `#compdef iteratr
# Completion of iteratr for zsh: source <(iteratr completions zsh), after compinit
_iteratr() {
  local line word
  local -a typed offers
  typed=("\${(@)words[2,CURRENT]}")
  for line in "\${(@f)$(iteratr complete -- "\${typed[@]}" 2>/dev/null)}"; do
    if [[ $line == "${FILES_LINE}" ]]; then
      compset -P '--*='
      _files
      return
    fi
    [[ -n $line ]] || continue
    word=\${\${line%%$'\\t'*}//:/\\\\:}
    if [[ $line == *$'\\t'* ]]; then
      word+=":\${line#*$'\\t'}"
    fi
    offers+=("$word")
  done
  ((\${#offers})) && _describe iteratr offers
}
if [[ \${funcstack[1]} == _iteratr ]]; then
  _iteratr "$@"
else
  compdef _iteratr iteratr
fi
`;

const FISH = `# Completion of iteratr for fish: iteratr completions fish | source
function __iteratr_complete
    set -l typed (commandline -opc)
    set -e typed[1]
    set -l current (commandline -ct)
    for line in (iteratr complete -- $typed "$current" 2>/dev/null)
        if test "$line" = "${FILES_LINE}"
            set -l lead (string match -r -- '^--[^=]*=' "$current")
            for path in (__fish_complete_path (string replace -r -- '^--[^=]*=' '' "$current"))
                echo "$lead$path"
            end
        else
            echo $line
        end
    end
end
complete -c iteratr -e
complete -c iteratr -f -a '(__iteratr_complete)'
`;

/** The script that makes a shell ask \`iteratr complete\` at every TAB. */
export function completionScript(shell: Shell): string {
  switch (shell) {
    case "bash":
      return BASH;
    case "zsh":
      return ZSH;
    case "fish":
      return FISH;
  }
}
