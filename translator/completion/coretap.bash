# Completion of coretap's command line in bash. coretap itself answers (translator/complete.h).

_coretap() {
  local words=() word reply typed i
  # bash makes words of their own of '=' and ':'.
  for ((i = 1; i <= COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    if ((${#words[@]})) && [[ $word == [=:] || ${COMP_WORDS[i - 1]} == [=:] ]]; then
      words[-1]+=$word
    else
      words+=("$word")
    fi
  done
  # Quotes go; that of the last word may still be open.
  for i in "${!words[@]}"; do
    word=${words[i]}
    if [[ $word == \'* ]]; then
      word=${word#\'}
      word=${word%\'}
    elif [[ $word == \"* ]]; then
      word=${word#\"}
      word=${word%\"}
      word=${word//\\\"/\"}
    fi
    words[i]=$word
  done
  typed=${words[-1]}
  [[ $typed == --*=* ]] && typed=${typed#*=}
  COMPREPLY=()
  mapfile -t reply < <("${COMP_WORDS[0]/#~/$HOME}" --complete "${words[@]}" 2>/dev/null)
  case ${reply[0]} in
    files)
      compopt -o filenames
      mapfile -t COMPREPLY < <(compgen -f -- "$typed")
      ;;
    folders)
      compopt -o filenames
      mapfile -t COMPREPLY < <(compgen -d -- "$typed")
      ;;
    commands) mapfile -t COMPREPLY < <(compgen -c -- "$typed") ;;
    words | parts)
      for word in "${reply[@]:1}"; do
        word=${word%%$'\t'*}
        [[ $word == "$typed"* ]] && COMPREPLY+=("$word")
      done
      [[ ${reply[0]} == parts && ${#COMPREPLY[@]} == 1 ]] || return
      word=${COMP_WORDS[COMP_CWORD]}
      # readline would close the quote behind the only candidate, but a probe point may go on: so there are two.
      # What the shell itself would read, a bracket, is put in quotes.
      if [[ $word != [\'\"]* && ${COMPREPLY[0]} == *[\(\"]* ]]; then
        COMPREPLY=("'${COMPREPLY[0]}" "'${COMPREPLY[0]}…")
      elif [[ $word == [\'\"]* ]]; then
        COMPREPLY+=("${COMPREPLY[0]}…")
      elif [[ ${COMPREPLY[0]} == *= ]]; then
        compopt -o nospace
      fi
      ;;
  esac
}
complete -F _coretap coretap
