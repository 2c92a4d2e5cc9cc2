<?php
// Does in a Moodle what an administrator would do there, with Moodle's own functions.
//
// Copied into admin/cli of an installed Moodle. Reads a JSON array of [name, arguments] from standard input, and
// prints a JSON array of results.

define('CLI_SCRIPT', true);
require(__DIR__ . '/../../config.php');
require_once($CFG->dirroot . '/user/lib.php');
require_once($CFG->dirroot . '/webservice/lib.php');
require_once($CFG->dirroot . '/course/lib.php');
require_once($CFG->dirroot . '/backup/util/includes/backup_includes.php');
require_once($CFG->dirroot . '/backup/util/includes/restore_includes.php');
require_once($CFG->libdir . '/adminlib.php');
require_once($CFG->libdir . '/testing/generator/lib.php');

\core\session\manager::set_user(get_admin());

$generator = function () {
    return new testing_data_generator();
};

$newest = function ($module) {
    return (int) $GLOBALS['DB']->get_field_sql("SELECT MAX(id) FROM {{$module}}");
};

$actions = [
    'set_config' => function ($name, $value, $plugin = null) {
        set_config($name, $value, $plugin);
    },
    'maintenance' => function ($on) {
        $on ? enable_cli_maintenance_mode() : @unlink($GLOBALS['CFG']->dataroot . '/climaintenance.html');
    },
    'create_user' => function ($username, $password = 'Not-used-1') {
        return user_create_user((object) [
            'username' => $username,
            'password' => $password,
            'firstname' => $username,
            'lastname' => 'Test',
            'email' => $username . '@example.org',
            'auth' => 'manual',
            'confirmed' => 1,
            'mnethostid' => $GLOBALS['CFG']->mnet_localhost_id,
        ]);
    },
    'set_password' => function ($username, $password) {
        return update_internal_user_password(core_user::get_user_by_username($username), $password);
    },
    'update_user' => function ($id, $changes) {
        if (!empty($changes['suspended'])) {
            \core\session\manager::kill_user_sessions($id);
        }
        user_update_user((object) (['id' => $id] + $changes), false);
    },
    'delete_user' => function ($id) {
        return delete_user(core_user::get_user($id));
    },
    // What the installation of a plugin does with its db/services.php.
    'add_function' => function ($name) {
        $GLOBALS['DB']->insert_record('external_functions', (object) [
            'name' => $name,
            'classname' => 'mod_lticontainer_external',
            'methodname' => 'write_nblogs',
            'component' => 'mod_lticontainer',
        ]);
    },
    'add_service' => function ($name, $shortname, $functions, $more) {
        $manager = new webservice();
        $id = $manager->add_external_service((object) ($more + [
            'name' => $name,
            'shortname' => $shortname,
            'enabled' => 1,
            'restrictedusers' => 1,
            'requiredcapability' => '',
            'downloadfiles' => 0,
            'uploadfiles' => 0,
        ]));
        foreach ($functions as $function) {
            $manager->add_external_function_to_service($function, $id);
        }
        return $id;
    },
    'update_service' => function ($id, $changes) {
        $manager = new webservice();
        $service = $manager->get_external_service_by_id($id);
        foreach ($changes as $name => $value) {
            $service->$name = $value;
        }
        $manager->update_external_service($service);
    },
    // Those that came with Moodle stay.
    'delete_services' => function () {
        $manager = new webservice();
        foreach ($GLOBALS['DB']->get_records('external_services', ['component' => null]) as $service) {
            $manager->delete_service($service->id);
        }
    },
    'allow_user' => function ($service, $user, $more) {
        $manager = new webservice();
        $manager->add_ws_authorised_user((object) ($more + ['externalserviceid' => $service, 'userid' => $user]));
    },
    'forbid_user' => function ($service, $user) {
        $manager = new webservice();
        $manager->remove_ws_authorised_user((object) ['id' => $user], $service);
    },
    'make_token' => function ($service, $user, $until, $addresses) {
        $manager = new webservice();
        return \core_external\util::generate_token(
            EXTERNAL_TOKEN_PERMANENT,
            $manager->get_external_service_by_id($service),
            $user,
            context_system::instance(),
            $until,
            $addresses
        );
    },
    'make_token_in' => function ($service, $user, $category) {
        $manager = new webservice();
        return \core_external\util::generate_token(
            EXTERNAL_TOKEN_PERMANENT,
            $manager->get_external_service_by_id($service),
            $user,
            context_coursecat::instance($category)
        );
    },
    // As Moodle makes it for its own pages.
    'make_embedded_token' => function ($service, $user) {
        $manager = new webservice();
        return \core_external\util::generate_token(
            EXTERNAL_TOKEN_EMBEDDED,
            $manager->get_external_service_by_id($service),
            $user,
            context_system::instance()
        );
    },
    // A category with a course and its activity, and an activity of a course elsewhere.
    'make_category' => function ($name) use ($generator) {
        $url = 'https://hub.example.org/launch';
        $category = $generator()->create_category(['name' => $name])->id;
        $course = $generator()->create_course(['shortname' => $name, 'category' => $category])->id;
        $other = $generator()->create_course(['shortname' => $name . 'x'])->id;
        $tool = $generator()->get_plugin_generator('mod_lti')->create_tool_types(
            ['name' => $name, 'baseurl' => $url, 'lti_toolurl' => $url, 'state' => LTI_TOOL_STATE_CONFIGURED]
        );
        $lti = $generator()->create_module('lti', ['course' => $course, 'typeid' => $tool]);
        $elsewhere = $generator()->create_module('lti', ['course' => $other, 'typeid' => $tool]);
        return [(int) $category, (int) $course, (int) $lti->id, (int) $elsewhere->id];
    },
    // The token that a proxy sends records with: of a user who may, for the service that the plugin brings along.
    'make_record_token' => function ($username) {
        set_config('enablewebservices', 1);
        set_config('webserviceprotocols', 'rest');
        $user = core_user::get_user_by_username($username);
        $manager = new webservice();
        $service = $manager->get_external_service_by_shortname('mod_lticontainer', MUST_EXIST);
        if (!$GLOBALS['DB']->record_exists('external_services_users', ['externalserviceid' => $service->id, 'userid' => $user->id])) {
            $manager->add_ws_authorised_user((object) ['externalserviceid' => $service->id, 'userid' => $user->id]);
        }
        return \core_external\util::generate_token(EXTERNAL_TOKEN_PERMANENT, $service, $user->id, context_system::instance());
    },
    // Rows of whole sessions, stored one by one as the plugin stores those of the records that reach it.
    'write_as_plugin' => function ($course, $lti, $sessions) {
        global $DB;
        foreach ($sessions as $session) {
            $row = ['session' => $session, 'updatetm' => time()];
            if (!$DB->record_exists('lticontainer_session', ['session' => $session])) {
                $DB->insert_record('lticontainer_session', $row + ['course' => $course, 'inst_id' => 1, 'lti_id' => $lti]);
            }
            $row += ['message' => 'm', 'date' => '2026-11-23T10:00:00.000Z'];
            $DB->insert_record('lticontainer_client_data', $row + ['cell_id' => 'c1', 'filename' => 'Task1.ipynb']);
            $pair = $DB->record_exists('lticontainer_client_data', ['session' => $session, 'message' => 'm']);
            $DB->insert_record('lticontainer_server_data', $row + ['status' => $pair ? 'ok' : 'ok/nc', 'username' => 'u']);
        }
    },
    // As the upgrade step of a plugin changes a column.
    'change_width' => function ($table, $field, $width) {
        $column = new xmldb_field($field, XMLDB_TYPE_CHAR, $width, null, null, null, null);
        $GLOBALS['DB']->get_manager()->change_field_precision(new xmldb_table($table), $column);
    },
    'delete_token' => function ($token) {
        $manager = new webservice();
        $manager->delete_user_ws_token($GLOBALS['DB']->get_field('external_tokens', 'id', ['token' => $token]));
    },
    // A new role with one capability, given to a user in the whole site.
    'give_capability' => function ($user, $capability) {
        $role = create_role('Role ' . uniqid(), 'role' . uniqid(), '');
        assign_capability($capability, CAP_ALLOW, $role, context_system::instance());
        role_assign($role, $user, context_system::instance());
        return $role;
    },
    'delete_role' => function ($role) {
        delete_role($role);
    },
    'assign_site_role' => function ($username, $role) {
        $user = core_user::get_user_by_username($username);
        $roleid = $GLOBALS['DB']->get_field('role', 'id', ['shortname' => $role], MUST_EXIST);
        role_assign($roleid, $user->id, context_system::instance());
    },
    'enrol_by_name' => function ($username, $course, $role) use ($generator) {
        $user = core_user::get_user_by_username($username);
        return $generator()->enrol_user($user->id, $course, $role);
    },
    'create_instance' => function ($course, $values) use ($generator) {
        $made = $generator()->create_module('lticontainer', ['course' => $course] + $values);
        return ['id' => (int) $made->id, 'cmid' => (int) $made->cmid];
    },
    'create_course' => function ($shortname) use ($generator) {
        return (int) $generator()->create_course(['shortname' => $shortname, 'fullname' => $shortname])->id;
    },
    'enrol' => function ($user, $course, $role, $start, $end, $suspended) use ($generator) {
        $status = $suspended ? ENROL_USER_SUSPENDED : ENROL_USER_ACTIVE;
        return $generator()->enrol_user($user, $course, $role, 'manual', $start, $end, $status);
    },
    // Active by enrolment and account, with a role of the archetype student.
    'active_students' => function ($course) {
        $context = context_course::instance($course);
        $active = array_keys(get_enrolled_users($context, '', 0, 'u.id', null, 0, 0, true));
        $students = [];
        foreach (get_archetype_roles('student') as $role) {
            foreach (get_role_users($role->id, $context, true, 'u.id, u.username, u.suspended') as $user) {
                if (in_array($user->id, $active) && !$user->suspended) {
                    $students[] = $user->username;
                }
            }
        }
        sort($students);
        return $students;
    },
    // Moodle's own function: the generator of 4.2 tells no id.
    'create_tool' => function ($url) {
        require_once($GLOBALS['CFG']->dirroot . '/mod/lti/locallib.php');
        $type = ['name' => $url, 'baseurl' => $url, 'state' => LTI_TOOL_STATE_CONFIGURED];
        $config = ['lti_toolurl' => $url, 'lti_coursevisible' => LTI_COURSEVISIBLE_ACTIVITYCHOOSER];
        // Moodle's own form always has these, and a launch reads them.
        $config += array_fill_keys(['lti_acceptgrades', 'lti_sendname', 'lti_sendemailaddr'], LTI_SETTING_NEVER);
        return (int) lti_add_type((object) $type, (object) $config);
    },
    'create_lti' => function ($course, $tool, $name) use ($generator) {
        return (int) $generator()->create_module('lti', ['course' => $course, 'typeid' => $tool, 'name' => $name])->id;
    },
    'delete_module' => function ($module, $id) {
        course_delete_module(get_coursemodule_from_instance($module, $id)->id);
    },
    'view_lti' => function ($lti, $userid) {
        [$course, $cm] = get_course_and_cm_from_instance($lti, 'lti');
        \core\session\manager::set_user(core_user::get_user($userid));
        \mod_lti\event\course_module_viewed::create(['context' => $cm->context, 'objectid' => $lti])->trigger();
        \core\session\manager::set_user(get_admin());
    },
    'unenrol' => function ($userid, $course) {
        foreach (enrol_get_instances($course, false) as $instance) {
            enrol_get_plugin($instance->enrol)->unenrol_user($instance, $userid);
        }
    },
    // A backup of one activity, put into a course; where it is named, as if it came from another site.
    'copy_activity' => function ($module, $id, $course, $othersite = false) use ($newest) {
        $cm = get_coursemodule_from_instance($module, $id, 0, false, MUST_EXIST);
        $made = [backup::FORMAT_MOODLE, backup::INTERACTIVE_NO, backup::MODE_IMPORT, get_admin()->id];
        $backup = new backup_controller(backup::TYPE_1ACTIVITY, $cm->id, ...$made);
        $folder = $backup->get_backupid();
        $file = $backup->get_plan()->get_basepath() . '/moodle_backup.xml';
        $backup->execute_plan();
        $backup->destroy();
        if ($othersite) {
            $info = preg_replace('~(<original_site_identifier_hash>)[^<]*~', '${1}other', file_get_contents($file));
            file_put_contents($file, $info);
        }
        $made = [backup::INTERACTIVE_NO, backup::MODE_GENERAL, get_admin()->id, backup::TARGET_EXISTING_ADDING];
        $restore = new restore_controller($folder, $course, ...$made);
        $restore->execute_precheck();
        $restore->execute_plan();
        $restore->destroy();
        return $newest($module);
    },
    // As the page Import does.
    'import_course' => function ($from, $to) {
        $made = [backup::INTERACTIVE_NO, backup::MODE_IMPORT, get_admin()->id];
        $backup = new backup_controller(backup::TYPE_1COURSE, $from, backup::FORMAT_MOODLE, ...$made);
        $folder = $backup->get_backupid();
        $backup->execute_plan();
        $backup->destroy();
        $restore = new restore_controller($folder, $to, ...[...$made, backup::TARGET_EXISTING_ADDING]);
        $restore->execute_precheck();
        $restore->execute_plan();
        $restore->destroy();
    },
    // What the recycle bin of a course holds last comes back.
    'undelete' => function ($course, $module) use ($newest) {
        $bin = new \tool_recyclebin\course_bin($course);
        $items = $bin->get_items();
        $bin->restore_item(end($items));
        return $newest($module);
    },
    'duplicate' => function ($module, $id) {
        $cm = get_coursemodule_from_instance($module, $id, 0, false, MUST_EXIST);
        return (int) duplicate_module(get_course($cm->course), get_fast_modinfo($cm->course)->get_cm($cm->id))->instance;
    },
    'rename' => function ($id, $name) {
        set_coursemodule_name(get_coursemodule_from_instance('lti', $id, 0, false, MUST_EXIST)->id, $name);
    },
    'rename_course' => function ($course, $name) {
        update_course((object) ['id' => $course, 'fullname' => $name]);
    },
    // As the page of a tool does when it is saved.
    'set_container' => function ($tool, $container) {
        require_once($GLOBALS['CFG']->dirroot . '/mod/lti/locallib.php');
        $config = lti_get_type_type_config($tool);
        $config->lti_launchcontainer = $container;
        lti_load_type_if_cartridge($config);
        lti_update_type((object) ['id' => $tool, 'state' => LTI_TOOL_STATE_CONFIGURED], $config);
    },
    // As the form of an activity does when it is saved.
    'save_lti' => function ($id, $text) {
        $cm = get_coursemodule_from_instance('lti', $id, 0, false, MUST_EXIST);
        $GLOBALS['DB']->set_field('lti', 'instructorcustomparameters', $text, ['id' => $id]);
        $cm = get_fast_modinfo($cm->course)->get_cm($cm->id);
        \core\event\course_module_updated::create_from_cm($cm)->trigger();
    },
    'delete_course' => function ($id) {
        return delete_course($id, false);
    },
    // What an approved request of a person leads to; the exported files, by their names.
    'privacy' => function ($what, $who) {
        $user = is_int($who) ? core_user::get_user($who) : core_user::get_user_by_username($who);
        $provider = \mod_lticontainer\privacy\provider::class;
        $list = $provider::get_contexts_for_userid($user->id);
        $approved = new \core_privacy\local\request\approved_contextlist($user, 'mod_lticontainer', $list->get_contextids());
        if ($what === 'delete') {
            // The manager, as it takes an exception for a deletion that is done.
            $all = new \core_privacy\local\request\contextlist_collection($user->id);
            $all->add_contextlist($approved);
            $manager = new class extends \core_privacy\manager {
                protected static function get_log_tracer() {
                    return new null_progress_trace();
                }
            };
            $manager->delete_data_for_user($all);
        }
        if ($what !== 'export') {
            return array_map(fn($one) => [(int) $one->contextlevel, (int) $one->instanceid], $list->get_contexts());
        }
        $provider::export_user_data($approved);
        $zip = new ZipArchive();
        $zip->open(\core_privacy\local\request\writer::with_context(context_system::instance())->finalise_content());
        $found = [];
        for ($i = 0; $i < $zip->numFiles; $i++) {
            if (str_ends_with($zip->getNameIndex($i), '.json')) {
                $found[$zip->getNameIndex($i)] = json_decode($zip->getFromIndex($i), true);
            }
        }
        return $found;
    },
    'privacy_users' => function ($course) {
        $list = new \core_privacy\local\request\userlist(context_course::instance($course), 'mod_lticontainer');
        \mod_lticontainer\privacy\provider::get_users_in_context($list);
        return array_map(fn($user) => $user->username, array_values($list->get_users()));
    },
    'privacy_userids' => function ($course) {
        $list = new \core_privacy\local\request\userlist(context_course::instance($course), 'mod_lticontainer');
        \mod_lticontainer\privacy\provider::get_users_in_context($list);
        return $list->get_userids();
    },
    // What Moodle's own test of providers would find fault with.
    'privacy_metadata' => function () {
        $faults = [];
        $known = fn($name) => get_string_manager()->string_exists($name, 'mod_lticontainer');
        $collection = new \core_privacy\local\metadata\collection('mod_lticontainer');
        $described = \mod_lticontainer\privacy\provider::get_metadata($collection)->get_collection();
        $tables = [];
        foreach ($described as $item) {
            foreach ([$item->get_summary(), ...array_values($item->get_privacy_fields())] as $name) {
                if (!$known($name)) {
                    $faults[] = "string $name";
                }
            }
            if ($item instanceof \core_privacy\local\metadata\types\database_table) {
                $tables[] = $item->get_name();
                $columns = $GLOBALS['DB']->get_columns($item->get_name());
                $faults = [...$faults, ...array_keys(array_diff_key($item->get_privacy_fields(), $columns))];
            }
        }
        $GLOBALS['DB']->get_manager();
        $file = new xmldb_file(core_component::get_component_directory('mod_lticontainer') . '/db/install.xml');
        $file->loadXMLStructure();
        foreach ($file->getStructure()->getTables() as $table) {
            $isofusers = array_filter($table->getFields(), fn($field) => in_array($field->getName(), ['userid', 'username']));
            if ($isofusers && !in_array($table->getName(), $tables)) {
                $faults[] = $table->getName();
            }
        }
        return $faults;
    },
    'privacy_compliant' => function () {
        return (new \core_privacy\manager())->component_is_compliant('mod_lticontainer');
    },
    // The same of a person's own context; what is named is done to it.
    'privacy_own' => function ($what, $username) {
        $user = core_user::get_user_by_username($username);
        $context = context_user::instance($user->id);
        $provider = \mod_lticontainer\privacy\provider::class;
        $list = new \core_privacy\local\request\userlist($context, 'mod_lticontainer');
        $provider::get_users_in_context($list);
        if ($what === 'delete_all') {
            $provider::delete_data_for_all_users_in_context($context);
        } else if ($what === 'delete') {
            $ids = $list->get_userids();
            $provider::delete_data_for_users(
                new \core_privacy\local\request\approved_userlist($context, 'mod_lticontainer', $ids)
            );
        }
        return array_map(fn($user) => $user->username, array_values($list->get_users()));
    },
    // A request of a person, already approved: "export" or "delete". Cron does it.
    'request_data' => function ($userid, $what) {
        require_once($GLOBALS['CFG']->dirroot . '/admin/tool/dataprivacy/lib.php');
        $api = \tool_dataprivacy\api::class;
        $type = $what === 'export' ? $api::DATAREQUEST_TYPE_EXPORT : $api::DATAREQUEST_TYPE_DELETE;
        $id = $api::create_data_request($userid, $type, '', 0, false)->get('id');
        $api::approve_data_request($id);
        return $id;
    },
    // Approves what Moodle itself has requested of a deleted user.
    'approve_requests' => function ($userid) {
        $api = \tool_dataprivacy\api::class;
        $requests = $api::get_data_requests($userid, [$api::DATAREQUEST_STATUS_AWAITING_APPROVAL]);
        foreach ($requests as $request) {
            $api::approve_data_request($request->get('id'));
        }
        return count($requests);
    },
    // Has the data registry keep what is done in a course; 0: it decides about nothing.
    'protect' => function ($course) {
        $api = \tool_dataprivacy\api::class;
        if (!$course) {
            [$purpose, $category] = \tool_dataprivacy\data_registry::var_names_from_context('context_system');
            unset_config($purpose, 'tool_dataprivacy');
            unset_config($category, 'tool_dataprivacy');
            return;
        }
        $lawful = ['retentionperiod' => 'P1D', 'lawfulbases' => 'gdpr_art_6_1_a'];
        $open = $api::create_purpose((object) (['name' => 'open', 'protected' => 0] + $lawful));
        $kept = $api::create_purpose((object) (['name' => 'kept', 'protected' => 1] + $lawful));
        $category = $api::create_category((object) ['name' => 'all']);
        [$purposename, $categoryname] = \tool_dataprivacy\data_registry::var_names_from_context('context_system');
        set_config($purposename, $open->get('id'), 'tool_dataprivacy');
        set_config($categoryname, $category->get('id'), 'tool_dataprivacy');
        $api::set_context_instance((object) [
            'contextid' => context_course::instance($course)->id,
            'purposeid' => $kept->get('id'),
            'categoryid' => $category->get('id'),
        ]);
    },
    // Has the data registry keep what is done in courses for a day after their end; what one role has done for ten years.
    'keep_for_a_day' => function ($role) {
        $api = \tool_dataprivacy\api::class;
        $lawful = ['lawfulbases' => 'gdpr_art_6_1_a', 'protected' => 0];
        $purpose = $api::create_purpose((object) (['name' => 'day', 'retentionperiod' => 'P1D'] + $lawful))->get('id');
        $roleid = $GLOBALS['DB']->get_field('role', 'id', ['shortname' => $role], MUST_EXIST);
        $longer = ['purposeid' => $purpose, 'roleid' => $roleid, 'retentionperiod' => 'P10Y'] + $lawful;
        (new \tool_dataprivacy\purpose_override(0, (object) $longer))->save();
        $category = $api::create_category((object) ['name' => 'all'])->get('id');
        [$purposename, $categoryname] = \tool_dataprivacy\data_registry::var_names_from_context('context_system');
        set_config($purposename, $purpose, 'tool_dataprivacy');
        set_config($categoryname, $category, 'tool_dataprivacy');
    },
    // A course ends, and Moodle's tasks erase what is not to be kept any longer, which its privacy officer approves at once.
    'end_course' => function ($course, $enddate) {
        update_course((object) ['id' => $course, 'startdate' => time() - YEARSECS, 'enddate' => $enddate]);
        $manager = new class extends \tool_dataprivacy\expired_contexts_manager {
            protected function get_privacy_manager(): \core_privacy\manager {
                return new class extends \core_privacy\manager {
                    protected static function get_log_tracer() {
                        return new null_progress_trace();
                    }
                };
            }
        };
        $manager->set_progress(new null_progress_trace());
        $manager->flag_expired_contexts();
        $path = context_course::instance($course)->path;
        $where = 'contextid IN (SELECT id FROM {context} WHERE path = ? OR path LIKE ?)';
        // Moodle also takes courses for over that nobody has opened yet: those are not meant.
        $GLOBALS['DB']->delete_records_select('tool_dataprivacy_ctxexpired', "NOT $where", [$path, "$path/%"]);
        // What is in a course goes before the course.
        for ($i = 0; $i < 3; $i++) {
            $GLOBALS['DB']->set_field_select('tool_dataprivacy_ctxexpired', 'status', 1, "$where AND status = 0", [$path, "$path/%"]);
            $manager->process_approved_deletions();
        }
    },
    // The files of a copy that a person has requested, by their names.
    'requested_copy' => function ($userid) {
        $context = context_user::instance($userid);
        $files = get_file_storage()->get_area_files($context->id, 'tool_dataprivacy', 'export', false, 'id DESC', false);
        $path = make_request_directory() . '/copy.zip';
        reset($files)->copy_content_to($path);
        $zip = new ZipArchive();
        $zip->open($path);
        $found = [];
        for ($i = 0; $i < $zip->numFiles; $i++) {
            if (str_ends_with($zip->getNameIndex($i), '.json')) {
                $found[$zip->getNameIndex($i)] = json_decode($zip->getFromIndex($i), true);
            }
        }
        return $found;
    },
    'privacy_delete_course' => function ($course) {
        \mod_lticontainer\privacy\provider::delete_data_for_all_users_in_context(context_course::instance($course));
    },
    // What the task does, without its lock.
    'send_queue' => function ($kind) {
        $client = \mod_lticontainer\local\client::in_background();
        (new \mod_lticontainer\local\queue_sender($client, microtime(true) + 60))->send($kind);
    },
    // As the page of the settings does when it is saved.
    'write_setting' => function ($name, $value) {
        admin_get_root(true, true);
        admin_write_settings((object) ["s_mod_lticontainer_$name" => $value]);
    },
    'queue_upgrade' => function () {
        \mod_lticontainer\task\after_upgrade::queue();
    },
    // Names in two languages show the one of whoever looks.
    'filter_names' => function ($on) {
        require_once($GLOBALS['CFG']->libdir . '/filterlib.php');
        filter_set_global_state('multilang', $on ? TEXTFILTER_ON : TEXTFILTER_DISABLED);
        filter_set_applies_to_strings('multilang', $on);
    },
    'purge_caches' => function () {
        purge_all_caches();
    },
];

$results = [];
foreach (json_decode(stream_get_contents(STDIN), true, 512, JSON_THROW_ON_ERROR) as [$name, $arguments]) {
    // Some of Moodle's functions print what they do.
    ob_start();
    $results[] = $actions[$name](...$arguments);
    ob_end_clean();
}
echo json_encode($results);
