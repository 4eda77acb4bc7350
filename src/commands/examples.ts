/** What a person would type, for the help of each command. */
export const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  build: [
    "iteratr build -m anthropic/claude-sonnet-4-5",
    "iteratr build -s specs/login.md -i 20 --max-time 8h --headless",
  ],
  prompt: ["iteratr prompt -s specs/login.md | less"],
  version: ["iteratr version --json"],
  "gen-template": ["iteratr gen-template -o mine.txt && iteratr build -t mine.txt"],
  config: ["iteratr config", "iteratr config set model anthropic/claude-sonnet-4-5"],
  "config get": ["iteratr config get model"],
  "config set": [
    "iteratr config set iterations 20",
    "iteratr config set --global model anthropic/claude-sonnet-4-5",
  ],
  "config unset": ["iteratr config unset stall.without_task"],
  status: ["iteratr status", 'iteratr status login --json | jq ".open"'],
  sessions: ["iteratr sessions --running"],
  usage: ["iteratr usage", 'iteratr usage login --json | jq ".total.usage.cost"'],
  stop: ["iteratr stop", "iteratr stop login --now"],
  resume: ["iteratr resume", "iteratr resume login"],
  cron: ["(crontab -l; iteratr cron specs/login.md --every 2h) | crontab -"],
  export: ["iteratr export login > login.jsonl"],
  reset: ["iteratr reset login"],
  delete: ["iteratr delete login"],
  doctor: ["iteratr doctor", "iteratr doctor --check"],
  completions: [
    'eval "$(iteratr completions bash)"           # in ~/.bashrc',
    "source <(iteratr completions zsh)             # in ~/.zshrc, after compinit",
    "iteratr completions fish | source             # in ~/.config/fish/config.fish",
  ],
};
