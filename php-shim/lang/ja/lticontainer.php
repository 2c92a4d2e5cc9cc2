<?php
// This file is part of Moodle - https://moodle.org/
//
// Moodle is free software: you can redistribute it and/or modify
// it under the terms of the GNU General Public License as published by
// the Free Software Foundation, either version 3 of the License, or
// (at your option) any later version.
//
// Moodle is distributed in the hope that it will be useful,
// but WITHOUT ANY WARRANTY; without even the implied warranty of
// MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE.  See the
// GNU General Public License for more details.
//
// You should have received a copy of the GNU General Public License
// along with Moodle.  If not, see <https://www.gnu.org/licenses/>.

/**
 * Strings in Japanese.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

defined('MOODLE_INTERNAL') || die();

$string['cachedef_circuit'] = 'コンパニオンサービスが応答するかどうか';
$string['cafile'] = '証明書ファイル';
$string['cafile_desc'] = 'サービスの認証局をシステムが知らない場合に使う，サーバー上の PEM ファイルです。通常は空欄のままにします。';
$string['chart_bar_codenum'] = '棒グラフに表示するセルの数';
$string['chart_bar_usernum'] = '棒グラフに表示する学生の数';
$string['chart_line_interval'] = '実行後に線を延ばす時間';
$string['chart_line_usernum'] = '折れ線グラフに表示する学生の数';
$string['check_answer'] = '応答';
$string['check_answer_ok'] = 'サービスが応答しました: バージョン {$a->version}，データベース {$a->database}，{$a->milliseconds} ミリ秒。';
$string['check_encryption'] = '暗号化';
$string['check_encryption_ok'] = 'トークンは暗号化されて送られるか，この機械の外に出ません。';
$string['check_encryption_plain'] = 'アドレスが http:// で始まり別の機械を指しているため，トークンが暗号化されずに送られます。';
$string['check_encryption_plain_remedy'] = 'サービスに証明書を用意し，アドレスを https:// に変えてください。';
$string['check_encryption_unverified'] = '証明書を検証していないため，Moodle とサービスの間にいる誰でもトークンを読めます。';
$string['check_encryption_unverified_remedy'] = '「証明書を検証する」を有効にし，システムが認証局を知らない場合はその証明書ファイルを指定してください。';
$string['check_functions'] = '機能';
$string['check_functions_missing'] = '次の機能がないか，このトークンでは利用できません: {$a}';
$string['check_functions_missing_remedy'] = 'すべてのコースを対象とし admin スコープを持つトークンを作ってください: lticontainer token create --name moodle --scope admin 。すでにこのスコープがある場合は，サービスがプラグインより古いので更新してください。';
$string['check_functions_ok'] = 'このプラグインに必要な機能がすべてそろっており，トークンで利用できます。';
$string['check_hosts'] = 'コンテナホスト';
$string['check_hosts_none'] = 'サービスにコンテナホストが登録されていないため，イメージ，ボリューム，コンテナを表示できません。';
$string['check_hosts_none_remedy'] = 'サービスの機械で lticontainer host add を実行して追加してください。mod_lticontainer 1.6.3 を使っていた場合は lticontainer host import-moodle が使えます。';
$string['check_hosts_ok'] = 'サービスが知っているコンテナホスト: {$a}';
$string['check_moodleurl'] = 'Moodle のアドレス';
$string['check_moodleurl_ok'] = 'サービスはこの Moodle を {$a} として認識しています。';
$string['check_moodleurl_wrong'] = 'サービスはこの Moodle を {$a->theirs} と認識していますが，実際のアドレスは {$a->ours} です。ホスト名はボリューム名の一部なので，このままではボリュームが見つかりません。';
$string['check_moodleurl_wrong_remedy'] = 'サービスの設定の moodle_url を {$a->ours} に変え，サービスを再起動してください。';
$string['check_records'] = 'プロキシからの記録';
$string['check_records_none'] = 'プロキシの送り先は試していません。表示する LTI 活動がまだないか，プロキシが自分のトークンを持っています。';
$string['check_records_ok'] = 'プロキシは記録を {$a} に送り，サービスが受け取ります。';
$string['check_records_unknown'] = 'プロキシは記録を {$a} に送ります。この機械からはそのアドレスに届かないため，試せませんでした。';
$string['check_records_unknown_remedy'] = 'プロキシの機械から試してください。curl -d "" {$a}/webservice/rest/server.php に XML が返るはずです。';
$string['check_records_wrong'] = 'プロキシは記録を {$a} に送りますが，そこで応答しているものは活動のトークンを受け付けません。このままでは記録が失われます。';
$string['check_records_wrong_remedy'] = 'サービスの設定の public_url を，この Moodle のアドレスの後ろに /mod/lticontainer/records.php を付けたものにするか，ウェブサーバーがプロキシのパスをサービスに渡すようにしてください。';
$string['check_settings'] = '設定';
$string['check_settings_ok'] = 'アドレスとトークンが設定されています。';
$string['connection'] = '接続テスト';
$string['connection_again'] = 'もう一度テストする';
$string['connection_bad'] = '接続はまだ正常ではありません。';
$string['connection_error'] = 'エラー';
$string['connection_finding'] = '結果';
$string['connection_good'] = '接続は正常です。';
$string['connection_ok'] = '良好';
$string['connection_remedy'] = '対処';
$string['connection_step'] = '手順';
$string['connection_warning'] = '注意';
$string['copy_about'] = 'システムが書き込む行を除くすべてのパラメータをコピーします。コピー先の現在の内容は置き換えられます。';
$string['copy_none'] = '活動を1つ以上選んでください。';
$string['copy_notargets'] = 'コピー先となる LTI 活動がほかにありません。';
$string['copy_saved'] = 'パラメータを {$a} 件の活動にコピーしました。';
$string['copy_title'] = '{$a} のパラメータをコピーする';
$string['custom_params'] = 'カスタムパラメータを表示する';
$string['custom_params_help'] = '活動のページに LTI カスタムパラメータの文も表示します。';
$string['dashboardandcharts'] = 'ダッシュボードとチャート';
$string['durationwrong'] = '1秒以上10年以下の時間を入力してください。';
$string['during_anytime'] = 'その他のチャートの期間';
$string['during_realtime'] = '「現在」のチャートの期間';
$string['finding_error'] = 'エラー';
$string['finding_warning'] = '注意';
$string['host'] = 'コンテナホスト';
$string['host_help'] = 'このコースのコンテナが動くホストです。ホストは管理者がサービスの機械で lticontainer host add により追加します。';
$string['host_none'] = 'なし';
$string['host_unknown'] = '{$a} (サービスに登録がないか，このサイトでは使えません)';
$string['hosts_warning'] = 'コンテナホストの一覧を取得できません: {$a} 現在の選択はそのまま残ります。';
$string['imgname_fltr'] = 'イメージの絞り込み';
$string['imgname_fltr_help'] = 'コンマまたは空白で区切った語です。活動の編集フォームには，すべての語を名前に含み，- を付けた語を含まないイメージが並びます。* はすべてのイメージです。';
$string['jupyterhub_url'] = 'JupyterHub のアドレス';
$string['jupyterhub_url_help'] = 'このホストにあるツールを使う LTI 活動だけを表示します (例: https://hub.example.org)。空欄のときはコースのすべての LTI 活動を表示します。';
$string['jupyterhub_url_wrong'] = 'アドレスは https://hub.example.org のように https:// か http:// で始めてください。';
$string['legacy'] = 'mod_lticontainer 1.6.3 から残っているもの';
$string['legacy_hosts'] = '{$a} 件のインスタンスにまだコンテナホストがありません。サービスの機械で lticontainer host import-moodle を実行してから，ここでホストを割り当ててください (毎晩自動でも行われます)。';
$string['legacy_hosts_done'] = '{$a} 件のインスタンスにコンテナホストを割り当てました。';
$string['legacy_hosts_find'] = 'ホストを割り当てる';
$string['legacy_secrets'] = '{$a} 件のインスタンスに SSH パスワードまたはウェブサービストークンが平文で残っています。もうどこでも使われていません。';
$string['legacy_secrets_confirm'] = '{$a} 件のインスタンスの SSH パスワードとウェブサービストークンを消去しますか。消去後は lticontainer host import-moodle で読み取れなくなります。';
$string['legacy_secrets_done'] = 'パスワードとトークンを消去しました。';
$string['legacy_secrets_remove'] = 'パスワードとトークンを消去する';
$string['lti_actlimit'] = '活動時間の上限';
$string['lti_container'] = 'コンテナ';
$string['lti_cpulimit'] = 'CPU の上限 (コア数)';
$string['lti_defurl'] = '開始ページ';
$string['lti_image'] = 'イメージ';
$string['lti_image_default'] = 'サイトの標準';
$string['lti_memlimit'] = 'メモリの上限';
$string['lti_people'] = '利用者';
$string['lti_review'] = '変更点を確認する';
$string['lti_saved'] = '{$a} を保存しました。';
$string['lti_teachers'] = '教師';
$string['lti_teachers_help'] = 'コンマで区切ったユーザ名です。そのコンテナは教師グループに属し，すべてのボリュームを使えます。';
$string['lti_text'] = 'Moodle に保存されているカスタムパラメータ';
$string['lti_title'] = '{$a} を編集する';
$string['lti_unset'] = '設定しない';
$string['lti_users'] = 'ユーザ';
$string['lti_users_help'] = 'コンマで区切ったユーザ名，または全員を表す * です。ユーザを指定していないボリュームは，ここに挙げた人のコンテナで使えます。ほかの人の起動を妨げるものではありません。';
$string['lti_volume'] = 'ボリューム';
$string['lti_volume_add'] = 'ボリュームを追加する';
$string['lti_volumes'] = 'ボリューム';
$string['lti_volumes_help'] = '名前には英小文字と数字を使います。リンク名は学生のホームフォルダに表示される名前で，先頭に - を付けると教師だけに作られます。ユーザを空欄にすると上の「ユーザ」に従います。名前とリンク名を空にすると，そのボリュームは活動から外れます (中身はホストに残ります)。';
$string['lticontainer:addinstance'] = 'コースに LTIコンテナを追加する';
$string['lticontainer:admin_tools'] = '管理者用ツールを使う';
$string['lticontainer:chart_view'] = 'チャートを見る';
$string['lticontainer:dashboard_view'] = 'ダッシュボードを見る';
$string['lticontainer:db_write'] = 'ウェブサービスでノートブックの記録を保存する';
$string['lticontainer:jupyterhub_api'] = 'JupyterHub の API を使う';
$string['lticontainer:jupyterhub_api_edit'] = 'JupyterHub の API トークンを変更する';
$string['lticontainer:jupyterhub_user'] = 'JupyterHub のユーザを見る';
$string['lticontainer:jupyterhub_user_edit'] = 'JupyterHub のユーザを変更する';
$string['lticontainer:lti_edit'] = 'LTI 活動を変更する';
$string['lticontainer:lti_setting'] = '表示する LTI 活動を選ぶ';
$string['lticontainer:lti_view'] = 'LTI 活動を見る';
$string['lticontainer:volume_edit'] = 'ボリュームを作成・削除する';
$string['lticontainer:volume_view'] = 'ボリュームを見る';
$string['ltis_activity'] = '活動';
$string['ltis_copy'] = 'コピー';
$string['ltis_edit'] = '編集';
$string['ltis_hidden'] = 'ここでは非表示';
$string['ltis_hide'] = '{$a} をここで非表示にする';
$string['ltis_none'] = 'このコースには，この JupyterHub のツールを使う LTI 活動がありません。';
$string['ltis_notfound'] = 'その LTI 活動はここにはありません。';
$string['ltis_show'] = '{$a} をここに表示する';
$string['ltis_tool'] = 'ツール';
$string['ltis_toomany'] = '非表示の一覧がいっぱいのため，これ以上は非表示にできません。';
$string['make_volumes'] = '保存時にボリュームを作る';
$string['make_volumes_help'] = '活動で指定したボリュームを，保存と同時にコンテナホスト上に作ります。無効のときは，最初にそれを使うコンテナが起動するときに作られます。';
$string['malformedrequest'] = 'リクエストを読み取れません';
$string['messageprovider:oldtoken'] = '古いウェブサービストークンを取り消せるようになったこと';
$string['modulename'] = 'LTIコンテナ';
$string['modulename_help'] = 'JupyterHub を LTI 活動から使うコースのための活動です。活動ごとにイメージ，上限，ボリュームを決め，授業中にどこで誰が行き詰まっているかを確かめられます。';
$string['modulenameplural'] = 'LTIコンテナ';
$string['namepattern'] = '学生の名前';
$string['namepattern_help'] = 'チャートと進捗表での学生の表し方です。';
$string['nohost'] = 'この活動の設定でコンテナホストが選ばれていません。';
$string['notebooks'] = 'ノートブック';
$string['oldtoken_link'] = 'ウェブサービスのトークン';
$string['oldtoken_subject'] = 'ノートブック記録用の古いトークンを取り消せます';
$string['oldtoken_text'] = '{$a} 件の LTI 活動のシステム行を作り直し，それぞれその活動にしか使えない専用のトークンに置き換えました。これまでの行には，学生全員のブラウザから見えるウェブサービストークンが入っていました。作り直す前に始まった授業が終わりしだい，このトークンを取り消してください。';
$string['outofrange'] = '{$a->least} から {$a->largest} までの数を入力してください。';
$string['overview_activities'] = '表示 {$a->shown} 件，非表示 {$a->hidden} 件';
$string['overview_host_bad'] = 'コンテナホスト {$a->name} が応答しません: {$a->why}';
$string['overview_host_ok'] = 'コンテナホスト {$a->name} が応答しました: {$a->engine}。';
$string['overview_host_unknown'] = 'コンテナホスト {$a} が応答するかどうかは不明です。';
$string['overview_none'] = '不明';
$string['overview_service_bad'] = 'コンパニオンサービスが正しく応答しません。Moodle 自身が保存しているものだけを表示しています。';
$string['overview_service_ok'] = 'コンパニオンサービスが応答しました (バージョン {$a})。';
$string['pluginadministration'] = 'LTIコンテナの管理';
$string['pluginname'] = 'LTIコンテナ';
$string['privacy:metadata:queue'] = 'コンパニオンサービスがまだ受け取っていない記録と消去の依頼。受け取りしだい削除されます。';
$string['privacy:metadata:queue:arguments'] = '記録の内容，または消去の対象者。';
$string['privacy:metadata:queue:timecreated'] = '待ち始めた時刻。';
$string['privacy:metadata:server_data'] = 'mod_lticontainer 1.6.3 が保存したノートブックのカーネルの応答。';
$string['privacy:metadata:server_data:date'] = '応答の時刻。';
$string['privacy:metadata:server_data:session'] = 'Jupyter のセッション ID。';
$string['privacy:metadata:server_data:status'] = '実行が成功したかどうか。';
$string['privacy:metadata:server_data:username'] = 'カーネルが報告するユーザ名。';
$string['privacy:metadata:service'] = 'コンパニオンサービスは，誰がどのノートブックのどのセルをいつ実行し，結果がどうだったかを保存します。';
$string['privacy:metadata:service:course'] = 'コースと LTI 活動。';
$string['privacy:metadata:service:date'] = 'セルの実行時刻と応答時刻。';
$string['privacy:metadata:service:filename'] = 'ノートブックの名前とセルのタグ。';
$string['privacy:metadata:service:roster'] = 'サービスに渡された場合は，コースの参加者名簿。';
$string['privacy:metadata:service:session'] = 'Jupyter のセッション，メッセージ，セルの ID。';
$string['privacy:metadata:service:status'] = '実行が成功したかどうか。';
$string['privacy:metadata:service:username'] = 'ノートブックのカーネルが報告するユーザ名。';
$string['recordrejected'] = '記録を保存できませんでした。サービスに保管されており，後で再処理できます';
$string['requestcut'] = 'リクエストの変数が PHP の上限 (max_input_vars) の {$a} 個に達しており，一部が欠けている可能性があります。何も保存していません。一度に送る記録を減らしてください。';
$string['review_save'] = 'この変更を保存する';
$string['review_stopped'] = 'まだ保存できません';
$string['review_system'] = 'システムが書き込む行を作り直します。';
$string['review_title'] = '次の変更を保存します';
$string['review_unchanged'] = '変更はありません。';
$string['role_personal'] = '個人';
$string['role_submit'] = '提出';
$string['role_task'] = '課題';
$string['service'] = 'コンパニオンサービス';
$string['service_desc'] = 'Moodle の隣で動き，このプラグインの実際の処理を受け持つサービスです。アドレスとトークンはサービスの管理者から受け取ってください。設定を終えたら「接続テスト」のページで確かめてください。';
$string['servicedown'] = '現在，コンパニオンサービスに接続できません。';
$string['servicedown_remedy'] = 'サービスが動いているか (systemctl status lticontainer)，設定のアドレスとポートが正しいかを確かめてください。';
$string['servicefailed'] = 'コンパニオンサービスの内部でエラーが起きました。';
$string['servicefailed_remedy'] = '原因はサービスのログに記録されています (journalctl -u lticontainer)。';
$string['serviceforbidden'] = 'コンパニオンサービスがこのサイトにこの操作を許可していません。';
$string['serviceforbidden_remedy'] = 'トークンには admin スコープが必要で，すべてのコースを対象とし，期限切れでなく，この機械からの使用が許可されていなければなりません。サービスの説明: {$a}';
$string['servicenonsense'] = 'コンパニオンサービスのアドレスで，別のものが応答しています。';
$string['servicenonsense_remedy'] = '設定のアドレスを確かめてください。パスが抜けているか，ログインページやプロキシが代わりに応答している可能性があります。';
$string['servicenotset'] = 'コンパニオンサービスがまだ設定されていません。';
$string['servicenotset_remedy'] = 'このプラグインの設定でアドレスとトークンを入力してください。';
$string['serviceolder'] = 'コンパニオンサービスがこのプラグインより古く，この操作に対応していません。';
$string['serviceolder_remedy'] = 'サービスを更新してください。';
$string['servicerefused'] = 'コンパニオンサービスの応答: {$a}';
$string['servicerefused_remedy'] = '指摘された点を直して，もう一度試してください。';
$string['serviceslow'] = 'コンパニオンサービスが制限時間内に応答しませんでした。';
$string['serviceslow_remedy'] = 'サービスやデータベースに負荷がかかりすぎていないか，ファイアウォールが通信を捨てていないかを確かめてください。制限時間は設定で変えられます。';
$string['servicetoken'] = 'コンパニオンサービスがこのサイトのトークンを認識しません。';
$string['servicetoken_remedy'] = 'サービスの機械でトークンを作り (lticontainer token create --name moodle --scope admin)，設定に入力してください。';
$string['serviceunresolved'] = 'コンパニオンサービスの機械の名前が見つかりません。';
$string['serviceunresolved_remedy'] = '設定のアドレスに誤りがないか，この機械のネームサーバーで名前が引けるかを確かめてください。';
$string['serviceuntrusted'] = 'コンパニオンサービスの証明書を信頼できません。';
$string['serviceuntrusted_remedy'] = '設定で認証局の証明書ファイルを指定するか，この機械が信頼する，アドレスのホスト名に合った証明書をサービスに用意してください。';
$string['serviceurl'] = 'サービスのアドレス';
$string['serviceurl_desc'] = '例: https://moodle.example.org/lticontainer 。同じ機械で動いているときは http://127.0.0.1:8088 など。';
$string['settings'] = '設定';
$string['tab_charts'] = 'チャート';
$string['tab_containers'] = 'コンテナ';
$string['tab_dashboard'] = 'ダッシュボード';
$string['tab_hub'] = 'JupyterHub ユーザ';
$string['tab_ltis'] = 'LTI 活動';
$string['tab_progress'] = '進捗';
$string['tab_view'] = '概要';
$string['tab_volumes'] = 'ボリューム';
$string['task_register_site'] = 'すべての LTI 活動をコンパニオンサービスに登録する';
$string['task_send_queue'] = 'コンパニオンサービスに未送信のものを送る';
$string['timeout'] = '制限時間';
$string['timeout_desc'] = 'ページがサービスを待つ最長の秒数 (1〜60)。応答がなくてもページは開き，その旨を表示します。';
$string['token'] = 'トークン';
$string['token_desc'] = 'すべてのコースを対象とし，admin スコープを持つサービストークンです。作成コマンド: lticontainer token create --name moodle --scope admin';
$string['upgradefirst'] = 'mod_lticontainer のバージョン {$a} からは直接更新できません。まず 1.6.3 に更新してから，このバージョンに更新してください。';
$string['use_dashboard'] = 'ダッシュボードを表示する';
$string['verify'] = '証明書を検証する';
$string['verify_desc'] = '無効にするのは試験のときだけにしてください。無効にすると，Moodle とサービスの間にいる誰でもトークンを読めてしまいます。';
$string['volume_close'] = '終了日時';
$string['volume_link'] = 'リンク名';
$string['volume_name'] = '名前';
$string['volume_role'] = '種類';
$string['volume_users'] = 'ユーザ';
