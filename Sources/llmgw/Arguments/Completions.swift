/// Scripts for shells, made from the commands' declarations.
enum Completions {
    enum Shell: String, CaseIterable { case bash, zsh, fish }

    static func script(for shell: Shell, _ commands: [Command]) -> String {
        // `eval judge` before `eval`: shells take the first pattern that fits.
        let commands = commands.filter { $0.group != nil } + commands.filter { $0.group == nil }
        return switch shell {
        case .bash: bash(commands)
        case .zsh: zsh(commands)
        case .fish: fish(commands)
        }
    }

    // MARK: bash

    private static func bash(_ commands: [Command]) -> String {
        let cases = commands.map { command in
            let values = command.options.compactMap { option -> String? in
                if let words = option.words { return "--\(option.name)) words='\(words.joined(separator: " "))' ;;" }
                return command.names(of: option).map { "--\(option.name)) words=$(_llmgw_names \($0.rawValue)) ;;" }
            }
            let options = command.allOptions.map { "--\($0.name)" }.joined(separator: " ")
            let names =
                command.names.map { "; [[ $current == -* ]] || words+=\" $(_llmgw_names \($0.rawValue))\"" } ?? ""
            return """
                    '\(command.name)'*)
                      case "$previous" in
                        \((values + ["*) words='\(options)'\(names) ;;"]).joined(separator: "\n            "))
                      esac ;;
                """
        }
        let groups = groups(commands).map { group, members in
            "    '\(group)') words='\(members.joined(separator: " "))' ;;"
        }
        return """
            # bash completion for llmgw
            _llmgw_names() {
              local at config=()
              for ((at = 1; at < COMP_CWORD; at++)); do
                [[ ${COMP_WORDS[at]} == --config ]] && config=(--config "${COMP_WORDS[at+1]}")
              done
              "${COMP_WORDS[0]}" completions names "$1" "${config[@]}" 2>/dev/null
            }
            _llmgw() {
              local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} words=
              local line="${COMP_WORDS[*]:1:COMP_CWORD-1}"
              case "$line" in
                '') words='\(firstWords(commands).map(\.word).joined(separator: " "))' ;;
            \(groups.joined(separator: "\n"))
            \(cases.joined(separator: "\n"))
              esac
              COMPREPLY=($(compgen -W "$words" -- "$current"))
            }
            complete -o default -F _llmgw llmgw

            """
    }

    // MARK: zsh

    private static func zsh(_ commands: [Command]) -> String {
        func described(_ rows: [(word: String, text: String)]) -> String {
            rows.map { quoted("\($0.word.replacing(":", with: "\\:")):\($0.text)") }.joined(separator: " ")
        }
        let groups = groups(commands).map { group, members in
            "    \(quoted(group))) found=(\(members.map(quoted).joined(separator: " "))) ;;"
        }
        let cases = commands.map { command in
            let values = command.options.compactMap { option -> String? in
                if let words = option.words {
                    return "--\(option.name)) found=(\(words.map(quoted).joined(separator: " "))) ;;"
                }
                return command.names(of: option).map { "--\(option.name)) _llmgw_names \($0.rawValue) ;;" }
            }
            let options = "found+=(\(described(command.allOptions.map { ("--\($0.name)", $0.help) })))"
            let names = command.names.map { "_llmgw_names \($0.rawValue); " } ?? ""
            return """
                    \(quoted(command.name))*)
                      case "$words[CURRENT-1]" in
                        \((values + ["*) \(names)\(options) ;;"]).joined(separator: "\n            "))
                      esac ;;
                """
        }
        return """
            #compdef llmgw
            _llmgw_names() {
              local -a config
              local at=${words[(i)--config]}
              (( at < CURRENT )) && config=(--config $words[at+1])
              found+=("${(@f)$($words[1] completions names $1 $config 2>/dev/null)}")
            }
            _llmgw() {
              local -a found
              case "${(j: :)words[2,CURRENT-1]}" in
                '') found=(\(described(firstWords(commands)))) ;;
            \((groups + cases).joined(separator: "\n"))
              esac
              found=(${found:#})
              _describe -o llmgw found || _files
            }
            compdef _llmgw llmgw

            """
    }

    // MARK: fish

    private static func fish(_ commands: [Command]) -> String {
        var lines = ["# fish completion for llmgw"]
        for (word, text) in firstWords(commands) {
            lines.append("complete -c llmgw -f -n __fish_use_subcommand -a \(word) -d \(quoted(text))")
        }
        for command in commands {
            let words = command.name.split(separator: " ").map(String.init)
            var condition = "__fish_seen_subcommand_from \(words[0])"
            if words.count > 1 {
                lines.append(
                    "complete -c llmgw -f -n '\(condition)' -a \(words[1]) -d \(quoted(command.summary))")
                condition += "; and __fish_seen_subcommand_from \(words[1])"
            }
            if let kind = command.names {
                lines.append("complete -c llmgw -f -n '\(condition)' -a '(\(asking(kind)))'")
            }
            for option in command.allOptions {
                let known = option.words?.joined(separator: " ") ?? command.names(of: option).map { "(\(asking($0)))" }
                let value = option.kind.placeholder == nil ? "" : known.map { " -xa '\($0)'" } ?? " -r"
                lines.append(
                    "complete -c llmgw -n '\(condition)' -l \(option.name)\(value) -d \(quoted(option.help))")
            }
        }
        return lines.map { $0 + "\n" }.joined()
    }

    private static func asking(_ kind: NameKind) -> String { "llmgw completions names \(kind.rawValue) 2>/dev/null" }

    // MARK: Words

    private static func groups(_ commands: [Command]) -> [(String, [String])] {
        firstWords(commands).compactMap { word, _ in
            let members = commands.filter { $0.group == word }.map { String($0.name.dropFirst(word.count + 1)) }
            return members.isEmpty ? nil : (word, members)
        }
    }

    /// The first word of each command once, in the order of the help.
    private static func firstWords(_ commands: [Command]) -> [(word: String, text: String)] {
        var words: [(word: String, text: String)] = []
        for command in commands {
            let word = command.group ?? command.name
            guard !words.contains(where: { $0.word == word }) else { continue }
            let members = commands.filter { $0.group == word }.map { $0.name.dropFirst(word.count + 1) }
            words.append((word, members.isEmpty ? command.summary : members.joined(separator: ", ")))
        }
        return words
    }

    /// A word in single quotes, as all three shells understand it.
    private static func quoted(_ text: String) -> String {
        "'" + text.replacing("'", with: "’") + "'"
    }
}

extension Option {
    /// What its value can be, where there is a list.
    fileprivate var words: [String]? {
        switch kind {
        case .choice(let words), .list(let words): words
        default: nil
        }
    }
}
