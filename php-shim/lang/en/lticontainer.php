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
 * Strings in English.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

defined('MOODLE_INTERNAL') || die();

$string['cachedef_circuit'] = 'Whether the companion service answers';
$string['cafile'] = 'File of certificates';
$string['cafile_desc'] = 'A PEM file on the server with the certificate authority of the service, where the system does not know it. Mostly empty.';
$string['chart_bar_codenum'] = 'Cells in a bar chart';
$string['chart_bar_usernum'] = 'Students in a bar chart';
$string['chart_line_interval'] = 'How long a line goes on after a run';
$string['chart_line_usernum'] = 'Students in a line chart';
$string['check_answer'] = 'Answer';
$string['check_answer_ok'] = 'The service answers: version {$a->version}, database {$a->database}, in {$a->milliseconds} ms.';
$string['check_encryption'] = 'Encryption';
$string['check_encryption_ok'] = 'The token travels encrypted, or does not leave this machine.';
$string['check_encryption_plain'] = 'The address begins with http:// and is on another machine, so the token travels in clear.';
$string['check_encryption_plain_remedy'] = 'Give the service a certificate, and change the address to https://';
$string['check_encryption_unverified'] = 'The certificate is not checked, so anybody between Moodle and the service can read the token.';
$string['check_encryption_unverified_remedy'] = 'Turn on "Check the certificate", and name the file of its certificate authority where the system does not know it.';
$string['check_functions'] = 'Functions';
$string['check_functions_missing'] = 'These functions are missing, or the token may not use them: {$a}';
$string['check_functions_missing_remedy'] = 'Make the token with the scope admin and for every course: lticontainer token create --name moodle --scope admin. If it has this scope, the service is older than the plugin: upgrade it.';
$string['check_functions_ok'] = 'The service offers all that this plugin needs, and the token may use it.';
$string['check_hosts'] = 'Container hosts';
$string['check_hosts_none'] = 'The service knows no container host, so there are no images, volumes and containers to show.';
$string['check_hosts_none_remedy'] = 'Add one on the machine of the service: lticontainer host add, or lticontainer host import-moodle where mod_lticontainer 1.6.3 was in use.';
$string['check_hosts_ok'] = 'The service knows these container hosts: {$a}';
$string['check_moodleurl'] = 'Address of Moodle';
$string['check_moodleurl_ok'] = 'The service knows this Moodle as {$a}.';
$string['check_moodleurl_wrong'] = 'The service takes this Moodle for {$a->theirs}, but its address is {$a->ours}. The host is part of the names of volumes, so they would not be found.';
$string['check_moodleurl_wrong_remedy'] = 'Set moodle_url in the configuration of the service to {$a->ours}, and restart it.';
$string['check_records'] = 'Records of proxies';
$string['check_records_none'] = 'Where proxies send records could not be tried: there is no LTI activity to show yet, or proxies have tokens of their own.';
$string['check_records_ok'] = 'Proxies send records to {$a}, where the service takes them.';
$string['check_records_unknown'] = 'Proxies send records to {$a}. This machine can\'t reach that address, so it could not be tried.';
$string['check_records_unknown_remedy'] = 'Try it from the machine of a proxy: curl -d "" {$a}/webservice/rest/server.php has to answer with XML.';
$string['check_records_wrong'] = 'Proxies send records to {$a}, and what answers there does not take the tokens of activities. Records would be lost.';
$string['check_records_wrong_remedy'] = 'Set public_url in the configuration of the service to the address of this Moodle with /mod/lticontainer/records.php behind it, or have the web server hand the paths of proxies to the service.';
$string['check_settings'] = 'Settings';
$string['check_settings_ok'] = 'Address and token are set.';
$string['connection'] = 'Test of the connection';
$string['connection_again'] = 'Test again';
$string['connection_bad'] = 'The connection does not work yet.';
$string['connection_error'] = 'error';
$string['connection_finding'] = 'Finding';
$string['connection_good'] = 'The connection works.';
$string['connection_ok'] = 'good';
$string['connection_remedy'] = 'What to do';
$string['connection_step'] = 'Step';
$string['connection_warning'] = 'warning';
$string['copy_about'] = 'All parameters are copied but those that the system writes itself. What the other activities have now is replaced.';
$string['copy_none'] = 'Choose at least one activity.';
$string['copy_notargets'] = 'There is no other LTI activity to copy to.';
$string['copy_saved'] = 'The parameters were copied to {$a} activities.';
$string['copy_title'] = 'Copy the parameters of {$a}';
$string['custom_params'] = 'Show the custom parameters';
$string['custom_params_help'] = 'The page of an activity also shows the text of its LTI custom parameters.';
$string['dashboardandcharts'] = 'Dashboard and charts';
$string['durationwrong'] = 'A time between one second and ten years is needed.';
$string['during_anytime'] = 'Period of the other charts';
$string['during_realtime'] = 'Period of the charts "now"';
$string['finding_error'] = 'Error';
$string['finding_warning'] = 'Note';
$string['host'] = 'Container host';
$string['host_help'] = 'Where the containers of this course run. An administrator adds hosts on the machine of the service, with lticontainer host add.';
$string['host_none'] = 'None';
$string['host_unknown'] = '{$a} (not known to the service, or not for this site)';
$string['hosts_warning'] = 'The list of container hosts is not available: {$a} What is chosen stays as it is.';
$string['imgname_fltr'] = 'Filter of images';
$string['imgname_fltr_help'] = 'Words separated by commas or spaces. The form for an activity offers the images whose name holds every word, and none with - in front; * offers all.';
$string['jupyterhub_url'] = 'Address of JupyterHub';
$string['jupyterhub_url_help'] = 'Only LTI activities whose tool is on this host are shown, for example https://hub.example.org. Empty: all LTI activities of the course.';
$string['jupyterhub_url_wrong'] = 'An address begins with https:// or http://, such as https://hub.example.org';
$string['legacy'] = 'Left behind by mod_lticontainer 1.6.3';
$string['legacy_hosts'] = '{$a} instances have no container host yet. Run lticontainer host import-moodle on the machine of the service, then have the hosts found here; it is also done every night.';
$string['legacy_hosts_done'] = '{$a} instances have got their container host.';
$string['legacy_hosts_find'] = 'Find the hosts';
$string['legacy_secrets'] = '{$a} instances still hold an SSH password or a web-service token in clear. Nothing uses them any more.';
$string['legacy_secrets_confirm'] = 'Remove the SSH passwords and web-service tokens of {$a} instances? lticontainer host import-moodle can\'t read them afterwards.';
$string['legacy_secrets_done'] = 'The passwords and tokens are removed.';
$string['legacy_secrets_remove'] = 'Remove passwords and tokens';
$string['lti_actlimit'] = 'Limit of activity time';
$string['lti_container'] = 'Container';
$string['lti_cpulimit'] = 'CPU limit (cores)';
$string['lti_defurl'] = 'Start page';
$string['lti_image'] = 'Image';
$string['lti_image_default'] = 'The site\'s own';
$string['lti_memlimit'] = 'Memory limit';
$string['lti_people'] = 'People';
$string['lti_review'] = 'Show what changes';
$string['lti_saved'] = '{$a} was saved.';
$string['lti_teachers'] = 'Teachers';
$string['lti_teachers_help'] = 'User names, separated by commas. Their containers belong to the group of teachers and get all volumes.';
$string['lti_text'] = 'Custom parameters as Moodle keeps them';
$string['lti_title'] = 'Edit {$a}';
$string['lti_unset'] = 'Not set';
$string['lti_users'] = 'Users';
$string['lti_users_help'] = 'User names, separated by commas, or * for all. Their containers get the volumes for which no users are named. Nobody is kept from starting.';
$string['lti_volume'] = 'Volume';
$string['lti_volume_add'] = 'Add another volume';
$string['lti_volumes'] = 'Volumes';
$string['lti_volumes_help'] = 'Small letters and digits make a name. The link is what students see in their home folder; a - in front makes it for teachers only. Empty users: those above. Clear name and link to take a volume out of the activity; what is in it stays on the host.';
$string['lticontainer:addinstance'] = 'Add LTI containers to a course';
$string['lticontainer:admin_tools'] = 'Use the tools for administrators';
$string['lticontainer:chart_view'] = 'See the charts';
$string['lticontainer:dashboard_view'] = 'See the dashboard';
$string['lticontainer:db_write'] = 'Store notebook records through the web service';
$string['lticontainer:jupyterhub_api'] = 'Use the API of JupyterHub';
$string['lticontainer:jupyterhub_api_edit'] = 'Change the token of the API of JupyterHub';
$string['lticontainer:jupyterhub_user'] = 'See the users of JupyterHub';
$string['lticontainer:jupyterhub_user_edit'] = 'Change the users of JupyterHub';
$string['lticontainer:lti_edit'] = 'Change the LTI activities';
$string['lticontainer:lti_setting'] = 'Choose which LTI activities are shown';
$string['lticontainer:lti_view'] = 'See the LTI activities';
$string['lticontainer:volume_edit'] = 'Make and delete volumes';
$string['lticontainer:volume_view'] = 'See the volumes';
$string['ltis_activity'] = 'Activity';
$string['ltis_copy'] = 'Copy';
$string['ltis_edit'] = 'Edit';
$string['ltis_hidden'] = 'hidden here';
$string['ltis_hide'] = 'Hide {$a} here';
$string['ltis_none'] = 'The course has no LTI activity whose tool is on this JupyterHub.';
$string['ltis_notfound'] = 'This instance has no such LTI activity.';
$string['ltis_show'] = 'Show {$a} here';
$string['ltis_tool'] = 'Tool';
$string['ltis_toomany'] = 'No more activities can be hidden: the list of hidden ones is full.';
$string['make_volumes'] = 'Make volumes when they are saved';
$string['make_volumes_help'] = 'Volumes that an activity names are made on the container host as soon as it is saved. Otherwise they come into being with the first container that uses them.';
$string['malformedrequest'] = 'The request can\'t be read';
$string['messageprovider:oldtoken'] = 'An old web-service token can be revoked';
$string['modulename'] = 'LTI containers';
$string['modulename_help'] = 'For courses that use JupyterHub through LTI activities: choose the image, the limits and the volumes of each activity, and see who is stuck while the class works.';
$string['modulenameplural'] = 'LTI containers';
$string['namepattern'] = 'Names of students';
$string['namepattern_help'] = 'How students are named in charts and in the table of progress.';
$string['nohost'] = 'No container host is chosen in the settings of this activity.';
$string['notebooks'] = 'Notebooks';
$string['oldtoken_link'] = 'Tokens of the web services';
$string['oldtoken_subject'] = 'The old token of the notebook records can be revoked';
$string['oldtoken_text'] = 'The system lines of {$a} LTI activities were made anew, each with a token of its own that opens nothing else. Up to now they carried a web-service token that every student\'s browser has seen. As soon as no class is running that was started before, revoke it:';
$string['outofrange'] = 'A number from {$a->least} to {$a->largest} is needed.';
$string['overview_activities'] = '{$a->shown} shown, {$a->hidden} hidden';
$string['overview_host_bad'] = 'The container host {$a->name} does not answer: {$a->why}';
$string['overview_host_ok'] = 'The container host {$a->name} answers: {$a->engine}.';
$string['overview_host_unknown'] = 'Whether the container host {$a} answers is not known.';
$string['overview_none'] = 'unknown';
$string['overview_service_bad'] = 'The companion service does not answer as it should. Only what Moodle itself keeps can be shown.';
$string['overview_service_ok'] = 'The companion service answers (version {$a}).';
$string['pluginadministration'] = 'Administration of LTI containers';
$string['pluginname'] = 'LTI containers';
$string['privacy:metadata:queue'] = 'Records and erasures that the companion service has not received yet; they are removed as soon as it has.';
$string['privacy:metadata:queue:arguments'] = 'The records, or whose data are to be erased.';
$string['privacy:metadata:queue:timecreated'] = 'Since when they wait.';
$string['privacy:metadata:server_data'] = 'Answers of notebook kernels, as mod_lticontainer 1.6.3 kept them.';
$string['privacy:metadata:server_data:date'] = 'When the answer came.';
$string['privacy:metadata:server_data:session'] = 'The id of the Jupyter session.';
$string['privacy:metadata:server_data:status'] = 'Whether the run succeeded.';
$string['privacy:metadata:server_data:username'] = 'The user name, as the kernel reports it.';
$string['privacy:metadata:service'] = 'The companion service stores who has run which cell of which notebook, when, and with what result.';
$string['privacy:metadata:service:course'] = 'The course and the LTI activity.';
$string['privacy:metadata:service:date'] = 'When a cell was run, and when the answer came.';
$string['privacy:metadata:service:filename'] = 'The name of the notebook, and the tags of the cell.';
$string['privacy:metadata:service:roster'] = 'The lists of who belongs to a course, if they were given to the service.';
$string['privacy:metadata:service:session'] = 'The ids of the Jupyter session, its messages and the cells.';
$string['privacy:metadata:service:status'] = 'Whether the run succeeded.';
$string['privacy:metadata:service:username'] = 'The user name, as the kernel of the notebook reports it.';
$string['recordrejected'] = 'A record was rejected; it is kept and can be replayed';
$string['requestcut'] = 'The request has {$a} variables or more, the limit of PHP (max_input_vars), so a part of it may be missing. Nothing of it was stored: send fewer records at a time.';
$string['review_save'] = 'Save these changes';
$string['review_stopped'] = 'Nothing can be saved yet';
$string['review_system'] = 'The lines that the system writes itself are made anew.';
$string['review_title'] = 'These changes will be saved';
$string['review_unchanged'] = 'Nothing changes.';
$string['role_personal'] = 'Personal';
$string['role_submit'] = 'Submit';
$string['role_task'] = 'Task';
$string['service'] = 'Companion service';
$string['service_desc'] = 'The service that stands beside Moodle and does this plugin\'s work. Its administrator gives the address and a token. Afterwards look at the page "Test of the connection".';
$string['servicedown'] = 'The companion service can\'t be reached at the moment.';
$string['servicedown_remedy'] = 'Look whether it runs (systemctl status lticontainer), and whether address and port in the settings are right.';
$string['servicefailed'] = 'The companion service reports an error of its own.';
$string['servicefailed_remedy'] = 'The log of the service says what it is (journalctl -u lticontainer).';
$string['serviceforbidden'] = 'The companion service does not let this site do that.';
$string['serviceforbidden_remedy'] = 'The token needs the scope admin, must be for every course, must not have expired, and must be allowed from this machine. The service says: {$a}';
$string['servicenonsense'] = 'What answers at the address of the companion service is something else.';
$string['servicenonsense_remedy'] = 'Look at the address in the settings: its path is missing perhaps, or a login page or a proxy answers in its place.';
$string['servicenotset'] = 'The companion service is not set up yet.';
$string['servicenotset_remedy'] = 'Enter its address and its token in the settings of this plugin.';
$string['serviceolder'] = 'The companion service is older than this plugin, and can\'t do that.';
$string['serviceolder_remedy'] = 'Upgrade the service.';
$string['servicerefused'] = 'The companion service says: {$a}';
$string['servicerefused_remedy'] = 'Correct what it names, and try again.';
$string['serviceslow'] = 'The companion service did not answer in time.';
$string['serviceslow_remedy'] = 'Look whether it is overloaded, or its database is, and whether a firewall drops its packets; the time limit is in the settings.';
$string['servicetoken'] = 'The companion service does not know this site\'s token.';
$string['servicetoken_remedy'] = 'Make a token on the machine of the service (lticontainer token create --name moodle --scope admin), and enter it in the settings.';
$string['serviceunresolved'] = 'The name of the companion service\'s machine is not known.';
$string['serviceunresolved_remedy'] = 'Look for a slip in the address in the settings, and ask the name server of this machine for it.';
$string['serviceuntrusted'] = 'The certificate of the companion service is not trusted.';
$string['serviceuntrusted_remedy'] = 'Name the file of its certificate authority in the settings, or give the service a certificate that this machine trusts, for the host in its address.';
$string['serviceurl'] = 'Address of the service';
$string['serviceurl_desc'] = 'For example https://moodle.example.org/lticontainer, or http://127.0.0.1:8088 on the same machine.';
$string['settings'] = 'Settings';
$string['tab_charts'] = 'Charts';
$string['tab_containers'] = 'Containers';
$string['tab_dashboard'] = 'Dashboard';
$string['tab_hub'] = 'JupyterHub users';
$string['tab_ltis'] = 'LTI activities';
$string['tab_progress'] = 'Progress';
$string['tab_view'] = 'Overview';
$string['tab_volumes'] = 'Volumes';
$string['task_register_site'] = 'Tell the companion service of all LTI activities';
$string['task_send_queue'] = 'Send what the companion service has not received yet';
$string['timeout'] = 'Time limit';
$string['timeout_desc'] = 'How many seconds a page waits for the service at most, 1 to 60. Without an answer it opens all the same and says so.';
$string['token'] = 'Token';
$string['token_desc'] = 'A service token for every course with the scope admin, made with: lticontainer token create --name moodle --scope admin';
$string['upgradefirst'] = 'Version {$a} of mod_lticontainer is too old for this step: upgrade it to 1.6.3 first, then to this version.';
$string['use_dashboard'] = 'Show the dashboard';
$string['verify'] = 'Check the certificate';
$string['verify_desc'] = 'Turn this off for a trial only: without it anybody between Moodle and the service can read the token.';
$string['volume_close'] = 'Closes';
$string['volume_link'] = 'Link';
$string['volume_name'] = 'Name';
$string['volume_role'] = 'Kind';
$string['volume_users'] = 'Users';
