import type { Word } from "../shell/parts.ts";
import { beforeEqual, type Use } from "./use.ts";

/** Variables whose value is code, or says where code lies, for those that find it in their environment. */
const TAKES_CODE = new RegExp(
  "^(" + [
    ...["BASH_ENV", "ENV", "PS[0124]", "PROMPT_COMMAND", "IFS", "PATH", "SHELL", "SHELLOPTS"],
    ...["BASH_FUNC_.*", "ZDOTDIR", "LD_.*", "DYLD_.*"],
    ...["EDITOR", "VISUAL", "PAGER", "MANPAGER", "BROWSER", "LESSOPEN", "LESSCLOSE", "FCEDIT"],
    ...["GIT_(SSH|SSH_COMMAND|EDITOR|SEQUENCE_EDITOR|PAGER|EXTERNAL_DIFF|ASKPASS|PROXY_COMMAND)"],
    ...["GIT_(EXEC_PATH|TEMPLATE_DIR|CONFIG_.*)", "SSH_ASKPASS", "SUDO_ASKPASS", "RSYNC_RSH"],
    ...["NODE_OPTIONS", "NODE_PATH", "PYTHON(STARTUP|PATH|HOME|BREAKPOINT|WARNINGS)"],
    ...["PERL5(OPT|LIB|DB)", "PERLLIB", "RUBY(OPT|LIB)", "LUA_(INIT|PATH|CPATH).*", "AWKPATH"],
    ...["JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "JDK_JAVA_OPTIONS", "(GNU)?MAKEFLAGS", "MAKEFILES"],
    ...["TAR_OPTIONS", "VIMINIT", "EXINIT", "FZF_DEFAULT_COMMAND"],
  ].join("|") + ")$",
);

/**
 * The assignments among words whose value another program, or the shell itself, would read as code.
 *
 * @param words what stands in front of a command, or behind `export` and `env`.
 */
export function assignmentUses(words: readonly Word[]): readonly Use[] {
  return words.flatMap((word): Use[] => {
    const name = beforeEqual(word.text).replace(/\+$/, "");
    const isOne = word.text.includes("=") && TAKES_CODE.test(name);
    return isOne ? [{ kind: "code", reader: `what finds it as ${name}`, word }] : [];
  });
}
