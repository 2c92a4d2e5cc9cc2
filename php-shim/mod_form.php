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
 * The form of an instance.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

defined('MOODLE_INTERNAL') || die();

require_once($CFG->dirroot . '/course/moodleform_mod.php');

use mod_lticontainer\local\hosts;

/**
 * The form of an instance.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class mod_lticontainer_mod_form extends moodleform_mod {
    /** @var hosts The container hosts that the course may use. */
    private hosts $hosts;

    /** @var int Longest duration in seconds that the service takes: ten years. */
    private const LONGEST = 10 * 365 * DAYSECS;

    /** @var array Numbers of the charts: name, least and largest value. */
    private const SIZES = [
        'chart_bar_usernum' => [1, 1000],
        'chart_bar_codenum' => [1, 1000],
        'chart_line_usernum' => [1, 1000],
    ];

    /** @var string[] Durations of the charts. */
    private const DURATIONS = ['during_realtime', 'during_anytime', 'chart_line_interval'];

    #[\Override]
    public function definition() {
        $this->general();
        $this->notebooks();
        $this->charts();
        $this->standard_coursemodule_elements();
        $this->add_action_buttons();
    }

    #[\Override]
    public function validation($data, $files) {
        $errors = parent::validation($data, $files);
        $url = trim($data['jupyterhub_url']);
        if ($url !== '' && !preg_match('~^https?://[^/\s]+~i', $url)) {
            $errors['jupyterhub_url'] = get_string('jupyterhub_url_wrong', 'mod_lticontainer');
        }
        // A choice that was not offered is left out of the data without a word.
        $host = $this->optional_param('host', $data['host'] ?? '', PARAM_RAW_TRIMMED);
        $fault = $this->hosts->fault($host, $this->stored_host());
        if ($fault !== '') {
            $errors['host'] = get_string($fault, 'mod_lticontainer', s($host));
        }
        foreach (self::SIZES as $name => [$least, $largest]) {
            if ($data[$name] < $least || $data[$name] > $largest) {
                $range = ['least' => $least, 'largest' => $largest];
                $errors[$name] = get_string('outofrange', 'mod_lticontainer', $range);
            }
        }
        foreach (self::DURATIONS as $name) {
            if ($data[$name] < 1 || $data[$name] > self::LONGEST) {
                $errors[$name] = get_string('durationwrong', 'mod_lticontainer');
            }
        }
        return $errors;
    }

    /**
     * Name and description.
     */
    private function general(): void {
        global $CFG;
        $mform = $this->_form;
        $mform->addElement('header', 'general', get_string('general', 'form'));
        $mform->addElement('text', 'name', get_string('name'), ['size' => 48]);
        $mform->setType('name', empty($CFG->formatstringstriptags) ? PARAM_CLEANHTML : PARAM_TEXT);
        $mform->addRule('name', null, 'required', null, 'client');
        $mform->addRule('name', get_string('maximumchars', '', 255), 'maxlength', 255, 'client');
        $this->standard_intro_elements();
    }

    /**
     * JupyterHub, and where its containers run.
     */
    private function notebooks(): void {
        $mform = $this->_form;
        $mform->addElement('header', 'notebooks', get_string('notebooks', 'mod_lticontainer'));
        $mform->setExpanded('notebooks');

        $mform->addElement('text', 'jupyterhub_url', get_string('jupyterhub_url', 'mod_lticontainer'), ['size' => 48]);
        $mform->setType('jupyterhub_url', PARAM_RAW_TRIMMED);
        $mform->addRule('jupyterhub_url', get_string('maximumchars', '', 128), 'maxlength', 128, 'client');
        $mform->addHelpButton('jupyterhub_url', 'jupyterhub_url', 'mod_lticontainer');

        $this->host();

        $mform->addElement('text', 'imgname_fltr', get_string('imgname_fltr', 'mod_lticontainer'), ['size' => 48]);
        $mform->setType('imgname_fltr', PARAM_RAW_TRIMMED);
        $mform->setDefault('imgname_fltr', 'jupyterhub');
        $mform->addRule('imgname_fltr', get_string('maximumchars', '', 255), 'maxlength', 255, 'client');
        $mform->addHelpButton('imgname_fltr', 'imgname_fltr', 'mod_lticontainer');

        $mform->addElement('advcheckbox', 'make_volumes', get_string('make_volumes', 'mod_lticontainer'));
        $mform->setDefault('make_volumes', 1);
        $mform->addHelpButton('make_volumes', 'make_volumes', 'mod_lticontainer');

        $mform->addElement('advcheckbox', 'custom_params', get_string('custom_params', 'mod_lticontainer'));
        $mform->addHelpButton('custom_params', 'custom_params', 'mod_lticontainer');
    }

    /**
     * The container host. With the service away the form opens all the same, and keeps what is stored.
     */
    private function host(): void {
        $mform = $this->_form;
        $this->hosts = hosts::of_course((int) $this->get_course()->id);
        if ($this->hosts->warning !== '') {
            $text = get_string('hosts_warning', 'mod_lticontainer', $this->hosts->warning);
            $mform->addElement('static', 'hostwarning', '', $this->notice($text));
        }
        $choices = $this->hosts->choices($this->stored_host());
        $mform->addElement('select', 'host', get_string('host', 'mod_lticontainer'), $choices);
        $mform->setType('host', PARAM_RAW_TRIMMED);
        $mform->setDefault('host', $this->hosts->only());
        $mform->addHelpButton('host', 'host', 'mod_lticontainer');
    }

    /**
     * Returns the container host that was chosen before.
     *
     * @return string Its name; empty: none.
     */
    private function stored_host(): string {
        return (string) ($this->current->host ?? '');
    }

    /**
     * Dashboard and charts.
     */
    private function charts(): void {
        $mform = $this->_form;
        $mform->addElement('header', 'charts', get_string('dashboardandcharts', 'mod_lticontainer'));
        $mform->addElement('advcheckbox', 'use_dashboard', get_string('use_dashboard', 'mod_lticontainer'));
        $mform->setDefault('use_dashboard', 1);

        $mform->addElement('select', 'namepattern', get_string('namepattern', 'mod_lticontainer'), [
            'fullname' => get_string('fullname'),
            'firstname' => get_string('firstname'),
            'lastname' => get_string('lastname'),
        ]);
        $mform->setDefault('namepattern', 'fullname');
        $mform->addHelpButton('namepattern', 'namepattern', 'mod_lticontainer');

        $defaults = ['during_realtime' => 5400, 'during_anytime' => WEEKSECS, 'chart_line_interval' => 1800];
        foreach (self::DURATIONS as $name) {
            $mform->addElement('duration', $name, get_string($name, 'mod_lticontainer'));
            $mform->setDefault($name, $defaults[$name]);
        }
        $defaults = ['chart_bar_usernum' => 15, 'chart_bar_codenum' => 15, 'chart_line_usernum' => 10];
        foreach ($defaults as $name => $default) {
            $mform->addElement('text', $name, get_string($name, 'mod_lticontainer'), ['size' => 5]);
            $mform->setType($name, PARAM_INT);
            $mform->setDefault($name, $default);
        }
    }

    /**
     * Returns a warning, as the theme shows it.
     *
     * @param string $text Plain text.
     * @return string HTML
     */
    private function notice(string $text): string {
        global $OUTPUT;
        return $OUTPUT->notification(s($text), \core\output\notification::NOTIFY_WARNING, false);
    }
}
