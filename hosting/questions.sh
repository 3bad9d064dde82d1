# The five questions of scripts/install.sh, asked, checked and kept; read by hosting/steps.sh.
# shellcheck shell=bash disable=SC2154  # DATA, CONF, …: scripts/install.sh

read_answers() {
  DOMAIN='' MAIL='' NAME='' SMTP='' BACKUP_TO='' BACKUP_KEYS=''
  [ ! -r "$ANSWERS" ] || load_answers "$ANSWERS"
  if [ -n "${GIVEN:-}" ]; then
    load_answers "$GIVEN"
  elif [ -n "${ASK:-}" ] || [ -z "$DOMAIN" ]; then
    ask_all
  fi
  BACKUP_TO=${BACKUP_TO:-/var/backups/hoithi}
  check_answers
  install -d -m 755 "$CONF"
  (umask 077; printf '%s=%s\n' DOMAIN "$DOMAIN" MAIL "$MAIL" NAME "$NAME" SMTP "$SMTP" \
    BACKUP_TO "$BACKUP_TO" BACKUP_KEYS "$BACKUP_KEYS" >"$ANSWERS.new"; mv "$ANSWERS.new" "$ANSWERS")
}

# Only these names, and nothing of it is run as a command.
load_answers() {
  local line key value
  while IFS= read -r line || [ -n "$line" ]; do
    key=${line%%=*} value=${line#*=}
    [[ ! $key =~ ^(DOMAIN|MAIL|NAME|SMTP|BACKUP_TO|BACKUP_KEYS)$ ]] || printf -v "$key" '%s' "$value"
  done <"$1"
}

ask_all() {
  ask DOMAIN "1/5 Tên miền, đã trỏ về máy này (thi.don-vi.vn)" "the domain name that leads to this machine"
  ask MAIL "2/5 Thư điện tử của người quản trị (chứng chỉ, báo lỗi, tài khoản đầu tiên)" \
    "the administrator's e-mail (certificate, warnings, first account)"
  ask NAME "3/5 Họ và tên người quản trị" "the administrator's name"
  ask SMTP "4/5 Máy chủ gửi thư, như smtps://ten:matkhau@smtp.don-vi.vn (Enter: để sau)" \
    "the mail server, such as smtps://user:password@smtp.example (Enter: later)"
  ask BACKUP_TO "5/5 Nơi sao lưu: thư mục ở ổ đĩa khác, hoặc nơi khác hẳn như sftp:ten@may.khac:/thu/muc hay
    s3:https://may-chu/thung (Enter: /var/backups/hoithi)" \
    "where backups go: a folder on another disk, or another place such as sftp:user@host:/folder or
    s3:https://server/bucket (Enter: /var/backups/hoithi)"
  [[ $BACKUP_TO != s3:* ]] || ask BACKUP_KEYS "    Hai khóa của thùng ấy, viết mã:khóa" "that bucket's two keys, as id:secret"
}

ask() {
  local now=${!1} answer
  printf '%s\n    %s%s: ' "$2" "$3" "${now:+ [$now]}"
  IFS= read -r answer || fail "không có ai trả lời; dùng --answers TỆP" "nobody answers; use --answers FILE"
  [ -z "$answer" ] || printf -v "$1" '%s' "$answer"
}

check_answers() {
  [[ $DOMAIN =~ ^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$ ]] ||
    fail "“$DOMAIN” không phải tên miền; ví dụ thi.don-vi.vn" "\"$DOMAIN\" is no domain name; for example thi.example.vn"
  [[ $MAIL =~ ^[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}$ ]] ||
    fail "“$MAIL” không phải địa chỉ thư" "\"$MAIL\" is no e-mail address"
  [ -n "$NAME" ] || fail "thiếu họ tên người quản trị" "the administrator's name is missing"
  [[ -z $SMTP || $SMTP =~ ^(smtps|smtp\+starttls|smtp)://[^[:space:]]+$ ]] ||
    fail "máy chủ gửi thư phải như smtps://…" "the mail server is written smtps://…"
  case "$BACKUP_TO" in
    sftp:*) [[ $BACKUP_TO =~ ^sftp:[A-Za-z0-9._-]+@[A-Za-z0-9.-]+:[A-Za-z0-9._/-]+$ ]] ||
      fail "nơi sftp viết như sftp:ten@may.khac:/thu/muc" "an sftp place is written sftp:user@host:/folder" ;;
    s3:*) [[ $BACKUP_TO =~ ^s3:(https?://)?[A-Za-z0-9.-]+(:[0-9]+)?(/[A-Za-z0-9._-]+)+$ ]] ||
      fail "thùng viết như s3:https://may-chu/thung" "a bucket is written s3:https://server/bucket"
      [[ $BACKUP_KEYS =~ ^[^:[:space:]]+:[^[:space:]]+$ ]] ||
        fail "thùng cần BACKUP_KEYS, viết mã:khóa" "a bucket needs BACKUP_KEYS, written id:secret" ;;
    *) [[ $BACKUP_TO =~ ^/[A-Za-z0-9._/-]+$ && $BACKUP_TO != *..* && $BACKUP_TO != "$DATA"* ]] ||
      fail "nơi sao lưu là thư mục viết đầy đủ, ngoài $DATA, hoặc sftp:…, s3:…" \
        "backups go to a whole path outside $DATA, or to sftp:…, s3:…" ;;
  esac
}

is_folder() { [[ $BACKUP_TO == /* ]]; }
